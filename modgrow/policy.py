"""How a new module is born: per pathway a birth (a file of `births/`), and whether it trains after."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from modgrow import extensions
from modgrow.records import Record

PATHWAYS = ("input", "recurrent", "feedforward", "bias", "tau", "readout")
THEN = ("train", "freeze")


def _policy(policy: str) -> str:
    """`<birth> train` or `<birth> freeze`, the birth a file of `births/`; else an error."""
    birth, _, then = policy.partition(" ")
    known = extensions.names("births")
    if birth in known and then in THEN:
        return policy
    close = extensions.closest("births", birth)
    said = f"must be '{close} train' or '{close} freeze'"
    raise PydanticCustomError("policy", f"{said}; births are {', '.join(known)}")


Policy = Annotated[
    str, AfterValidator(_policy), Field(json_schema_extra={"words": "births", "then": list(THEN)})
]


class Growth(Record):
    """Per pathway: where a new module's values come from at birth, and whether they train after.

    The first module that owns a pathway draws it at random and trains it, whatever stands here.
    """

    input: Policy = Field("copy train", description="W^I, from the input bit")
    recurrent: Policy = Field("copy train", description="W^R, within the module")
    feedforward: Policy = Field("copy train", description="W^FF, from the module upstream")
    bias: Policy = Field("copy train", description="b, one per neuron")
    tau: Policy = Field("copy train", description="trained time constants")
    readout: Policy = Field("random train", description="the new module's head")

    def birth(self, pathway: str) -> str:
        """Where its values come from: a file of `births/`."""
        return getattr(self, pathway).split()[0]

    def trains(self, pathway: str) -> bool:
        """Whether the pathway of a new module is trained after birth."""
        return getattr(self, pathway).split()[1] == "train"
