def draw(table, arms):
    raise NotImplementedError
