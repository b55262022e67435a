"""The other services that a client calls: cluster members, persistent subscriptions (none)."""

from typing import Any
from uuid import UUID

from kurrentdbclient.protos.v1 import gossip_pb2, persistent_pb2, shared_pb2
from kurrentdbclient.protos.v1.gossip_pb2_grpc import GossipServicer
from kurrentdbclient.protos.v1.persistent_pb2_grpc import PersistentSubscriptionsServicer

from support.kurrentdb.node import Context, Node

State = gossip_pb2.MemberInfo.VNodeState


class Gossip(GossipServicer):
    def __init__(self, node: Node) -> None:
        self._node = node

    async def Read(self, request: Any, context: Context) -> gossip_pb2.ClusterInfo:
        cluster = self._node.cluster
        return gossip_pb2.ClusterInfo(
            members=[
                gossip_pb2.MemberInfo(
                    instance_id=shared_pb2.UUID(string=str(UUID(int=number + 1))),
                    state=State.Leader if number == cluster.leader else State.Follower,
                    is_alive=True,
                    http_end_point=gossip_pb2.EndPoint(address=host, port=port),
                )
                for number, (host, port) in enumerate(cluster.addresses)
            ]
        )


class PersistentSubscriptions(PersistentSubscriptionsServicer):
    """Its other calls answer that they are not implemented."""

    async def List(self, request: Any, context: Context) -> persistent_pb2.ListResp:
        return persistent_pb2.ListResp()
