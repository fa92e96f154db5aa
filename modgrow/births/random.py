"""Drawn at random, as the first module was."""

from modgrow.birth import Birth

BIRTH = Birth(lambda parents: parents.fresh, words="", copies=False)
