"""Whether the append-only file reaches the disk. INFO does not say, and CONFIG is for the few."""

import redis


def fsync_problem(client: "redis.Redis") -> dict[str, str]:
    """Return check -> what is wrong and the command that mends it; nothing where CONFIG is denied.

    Raises:
        redis.RedisError: the broker cannot be read.
    """
    try:
        policy = client.config_get("appendfsync").get("appendfsync")
    except redis.ResponseError:
        return {}
    if policy != "no":
        return {}
    return {
        "fsync": "appendfsync is no, so a broker that dies loses half a minute of jobs; "
        "mend: redis-cli CONFIG SET appendfsync everysec"
    }
