from collections.abc import Iterator

import pytest

from steps.promote_image.promotions import Promotions, promoting


@pytest.fixture
def promotions() -> Iterator[Promotions]:
    with promoting() as made:
        yield made
