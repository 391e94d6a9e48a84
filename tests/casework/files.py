"""Files to import, and what came of importing them."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

CASEWORK = (
    "reference,authority,category,subcategory,received_on,outcome,decided_on,"
    "remedied_by_authority,compliance,compliance_recorded_on"
)
REMEDIES = "reference,kind,category,text,amount,due_on,completed_on"
CONTACTS = "authority,role,title,forenames,surname,job_title,email,from,to"
POPULATIONS = "gss_code,year,population,source"


def table(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def write(folder: Path, content: bytes, *, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def stored() -> dict[str, list[Any]]:
    """Every row of every table of casework and reviews, and every user."""
    configs = [apps.get_app_config("casework"), apps.get_app_config("reviews")]
    models = [model for config in configs for model in config.get_models()]
    models.append(apps.get_model("auth", "User"))
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in models
    }


def take_in(command: str, path: Path, **options: Any) -> str:
    """The closing line of a command that was content."""
    out, err = StringIO(), StringIO()
    call_command(command, str(path), stdout=out, stderr=err, **options)
    assert err.getvalue() == ""
    return out.getvalue().rstrip("\n")


def refused(command: str, path: Path, **options: Any) -> list[str]:
    """The lines of a refusal, which must have left everything as it was."""
    before = stored()
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(command, str(path), stdout=out, **options)
    assert caught.value.returncode == 1
    assert out.getvalue() == ""
    assert stored() == before
    return str(caught.value).splitlines()
