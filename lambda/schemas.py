"""What a request may choose, and the form that Gemini's answer must have."""

from enum import StrEnum

from pydantic import BaseModel, Field


class Speed(StrEnum):
    """How long the caller is willing to wait."""

    SUPER_FAST = "super-fast"
    FAST = "fast"
    REGULAR = "regular"


class ImageType(StrEnum):
    """What the caller knows about the picture."""

    UNKNOWN = "unknown"
    TOMB = "tomb"
    TEMPLE = "temple"
    PAPYRUS = "papyrus"
    STATUE = "statue"
    STELA = "stela"
    OTHER = "other"


class Figure(BaseModel):
    """A god, king, person or animal in the picture."""

    name: str = Field(description="Who it is, or 'unidentified'")
    description: str = Field(description="Posture, dress, crown and what is held")
    reasoning: str = Field(description="What in the picture leads to the name")


class Inscription(BaseModel):
    """A text in the picture, as far as it can be read."""

    place: str = Field(description="Where in the picture it is")
    transliteration: str = Field(description="Empty where it cannot be read")
    translation: str = Field(description="Empty where it cannot be read")


class EgyptianArtAnalysis(BaseModel):
    """The structure that Gemini is told to answer in."""

    is_egyptian_art: bool = Field(description="False for anything that is not ancient Egyptian art")
    title: str = Field(description="A caption of a few words")
    description: str = Field(description="What the picture shows, in two to four sentences")
    period: str = Field(description="Dynasty or period with years, or 'unknown'")
    provenance: str = Field(description="Where it is likely to come from, or 'unknown'")
    figures: list[Figure]
    inscriptions: list[Inscription]
    interesting_detail: str = Field(description="One thing that a visitor would overlook")
