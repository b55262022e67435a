"""What is wrong with a form is told in the order of its page, whatever the order of the command's fields."""

import pytest
from pydantic import BaseModel, ValidationError

from chassis.pages.forms import faults


class Command(BaseModel):
    id: str
    name: str
    level: str


def test_faults_stand_in_the_order_of_the_page() -> None:
    with pytest.raises(ValidationError) as refused:
        Command.model_validate({})
    found = faults(refused.value, {"name": "nama", "id": "kode"}, "id")
    assert list(found) == ["nama", "kode", ""]
