"""The site shows each diagram as a picture of it."""

import pytest

from tests.pages.diagrams import IMAGES, file_of
from tests.pages.pages import Snippet, in_language


@pytest.mark.parametrize("diagram", in_language("mermaid"), ids=str)
def test_diagram_has_its_picture(diagram: Snippet) -> None:
    assert file_of(diagram.text).exists(), "the diagram was changed: make picture"


def test_no_picture_is_left_of_a_diagram_that_is_gone() -> None:
    assert {*IMAGES.glob("diagram-*.svg")} == {file_of(diagram.text) for diagram in in_language("mermaid")}
