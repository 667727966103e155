"""What happens to the broker: others of its servers have to take over."""

import time

from tests.broker_process import BrokerProcess
from tests.rehearsal.cluster import Cluster
from tests.sentinel_processes import MASTER_NAME
from tests.waiting import wait_until

STAY_SECONDS = 5
PAUSE_MILLISECONDS = 10_000


def kill_primary(cluster: Cluster) -> None:
    """Kill the broker that leads; its replica takes over, and it comes back as a replica."""
    former = cluster.broker.master
    former.kill()
    cluster.broker.wait_until_another_leads(former)
    time.sleep(STAY_SECONDS)
    former.start()
    _wait_until_follows(cluster, former)


def freeze_primary(cluster: Cluster) -> None:
    """Let the broker that leads hang until it no longer does; then it finds out."""
    former = cluster.broker.master
    former.freeze()
    cluster.broker.wait_until_another_leads(former)
    former.thaw()
    _wait_until_follows(cluster, former)


def switch_over(cluster: Cluster) -> None:
    """Let another broker lead, as for maintenance; without a pause last writes would be lost."""
    former = cluster.broker.master
    former.client.client_pause(PAUSE_MILLISECONDS, all=False)
    wait_until(lambda: _replicated(former), 10, "its replica does not follow")
    cluster.broker.sentinels[0].client.execute_command("SENTINEL", "FAILOVER", MASTER_NAME)
    cluster.broker.wait_until_another_leads(former)
    former.client.client_unpause()
    _wait_until_follows(cluster, former)


def kill_sentinel(cluster: Cluster) -> None:
    """Kill one of three sentinels."""
    one = cluster.rng.choice(cluster.broker.sentinels)
    one.kill()
    time.sleep(STAY_SECONDS)
    one.start()


def _replicated(leading: BrokerProcess) -> bool:
    _, offset, replicas = leading.client.role()
    return all(int(seen) == offset for _, _, seen in replicas)


def _wait_until_follows(cluster: Cluster, former: BrokerProcess) -> None:
    """Wait until a broker that led follows the one that does now."""
    wait_until(lambda: former.client.info("replication")["role"] == "slave", 60)
    cluster.broker.wait_until_replicated()
