"""The donor's values, each times 1 + `copy_noise` x, x standard Gaussian."""

from modgrow.birth import Birth, Parents


def _values(parents: Parents):
    return parents.trained * (1.0 + parents.arm.copy_noise * parents.noise)


BIRTH = Birth(_values, words="copied with noise", copies=True)
