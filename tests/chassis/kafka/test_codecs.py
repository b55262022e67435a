"""Outsiders compress their records as they like: a codec that cannot be read would stop a consumer for good."""

import pytest
from aiokafka import codec


@pytest.mark.parametrize("name", ["gzip", "snappy", "lz4", "zstd"])
def test_records_of_every_codec_can_be_read(name: str) -> None:
    packed = getattr(codec, f"{name}_encode")(b"a reply")
    assert bytes(getattr(codec, f"{name}_decode")(packed)) == b"a reply"
