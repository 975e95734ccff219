"""The entries that say what a form is for in the work of the office."""

from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, BeforeValidator
from pydantic import Field as Setting

from formservice.adapters.definitions.schema_parts import STRICT, Key, Text
from formservice.domain.form_uses import Goals, Participation

NONE = "none"
"""Says instead of an entry that an edition is not for this any more, though earlier ones were."""

UNLESS_NONE = BeforeValidator(lambda given: None if given == NONE else given)


class GoalsEntry(BaseModel):
    """The entry ``goals`` of a plan: which of its fields tell what of a goal."""

    model_config = STRICT
    group: Key
    text: Key
    state: Key
    open: Key
    done: Annotated[list[Key], Setting(min_length=1)]
    review: Key
    written: Key

    def read(self) -> Goals:
        """Return what the entry says."""
        return Goals(**self.model_dump() | {"done": tuple(self.done)})


class ParticipationEntry(BaseModel):
    """The entry ``participation`` of what a Träger writes of one: its days and occasions."""

    model_config = STRICT
    occasion: Key
    begins: Key
    ends: Key
    usual: Key
    never_begun: Key
    broken_off: Key
    names: dict[Key, Text] = Setting(default_factory=dict)

    def read(self) -> Participation:
        """Return what the entry says."""
        return Participation(**self.model_dump() | {"names": MappingProxyType(dict(self.names))})
