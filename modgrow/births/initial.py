"""As module 2 began: module 2 is drawn at random, later ones take their donor's untrained start."""

from modgrow.birth import Birth, Parents


def _values(parents: Parents):
    return parents.fresh if parents.m == 2 else parents.start


BIRTH = Birth(_values, words="as module 2 began", copies=False)
