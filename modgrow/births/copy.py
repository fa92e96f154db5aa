"""The donor's values, as training left them."""

from modgrow.birth import Birth

BIRTH = Birth(lambda parents: parents.trained, words="copied", copies=True)
