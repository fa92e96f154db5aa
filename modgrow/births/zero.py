"""Zero (tau: 1, its least); with `freeze`, a pathway that is not there."""

from modgrow.birth import Birth, Parents


def _values(parents: Parents):
    least = 1.0 if parents.tensor == "tau" else 0.0
    return parents.fresh.new_full(parents.fresh.shape, least)


BIRTH = Birth(_values, words="zero", copies=False)
