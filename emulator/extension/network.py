"""NAT gateways and gateway endpoints leave nothing behind."""
from moto.core.exceptions import ServiceException
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint


class NatGatewayNotFound(ServiceException):
    code = "NatGatewayNotFound"


def delete_nat_gateway(self, nat_gateway_id):
    """AWS: a deleted NAT gateway is still listed, its interface is gone and its address is free."""
    gateway = self.nat_gateways.get(nat_gateway_id)
    if gateway is None:
        raise NatGatewayNotFound("The Nat Gateway %s was not found" % nat_gateway_id)
    for address in self.addresses:
        if address.eni is not None and address.eni.id == gateway._eni.id:
            self.disassociate_address(association_id=address.association_id)
    self.enis.pop(gateway._eni.id, None)
    gateway.state = "deleted"
    return gateway


def apply():
    original = VPCBackend.modify_vpc_endpoint
    VPCEndPoint.modify, VPCBackend.delete_vpc_endpoints, NatGatewayBackend.delete_nat_gateway  # must be there

    def modify_vpc_endpoint(self, vpc_id, *rest, **named):
        """AWS: a route to the service appears in a table that is added, and goes from one that is removed."""
        endpoint = self.describe_vpc_endpoints(vpc_end_point_ids=[vpc_id])[0]
        before = set(endpoint.route_table_ids)
        original(self, vpc_id, *rest, **named)
        service = endpoint.destination_prefix_list_id
        if not service:
            return
        for table in set(endpoint.route_table_ids) - before:
            self.create_route(table, None, gateway_id=vpc_id, destination_prefix_list_id=service)
        for table in before - set(endpoint.route_table_ids):
            self.delete_route(table, None, destination_prefix_list_id=service)

    VPCBackend.modify_vpc_endpoint = modify_vpc_endpoint
    NatGatewayBackend.delete_nat_gateway = delete_nat_gateway
