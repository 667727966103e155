"""Quantities as Kubernetes writes them."""


def mebibytes(quantity: str) -> int:
    """Read ``1536Mi`` or ``2Gi``."""
    factors = {"Mi": 1, "Gi": 1024}
    return int(quantity[:-2]) * factors[quantity[-2:]]
