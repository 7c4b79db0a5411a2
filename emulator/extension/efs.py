"""EFS: settings that moto knows how to tell but not how to change, a policy that can be taken away, tokens of access points."""
import json

from moto.efs.exceptions import EFSError, FileSystemNotFound
from moto.efs.models import EFSBackend
from moto.efs.responses import EFSResponse

JSON = {"Content-Type": "application/json"}


class AccessPointAlreadyExists(EFSError):
    code = 409

    def __init__(self, point):
        super().__init__("AccessPointAlreadyExists", "Access point %s already exists with this client token." % point.access_point_id)


def file_system_of(response):
    name = response._get_param("FileSystemId")
    system = response.efs_backend.file_systems_by_id.get(name)
    if system is None:
        raise FileSystemNotFound(name)
    return system


def put_backup_policy(self):
    """AWS: on its way at first, there a little later."""
    system, wanted = file_system_of(self), self._get_param("BackupPolicy")["Status"]
    system._backup = wanted == "ENABLED"
    return json.dumps({"BackupPolicy": {"Status": "ENABLING" if system._backup else "DISABLING"}}), JSON


def update_file_system(self):
    system = file_system_of(self)
    system.throughput_mode = self._get_param("ThroughputMode") or system.throughput_mode
    throughput = self._get_param("ProvisionedThroughputInMibps")
    system.provisioned_throughput_in_mibps = throughput if system.throughput_mode == "provisioned" else None
    return json.dumps(system.info_json()), {**JSON, "status": 202}


def delete_file_system_policy(self):
    """AWS: its own default is in force again, which it does not show."""
    file_system_of(self).file_system_policy = None
    return "{}", JSON


def apply():
    tell, create = EFSResponse.describe_file_system_policy, EFSBackend.create_access_point
    EFSBackend.put_file_system_policy  # must be there

    def describe_file_system_policy(self):
        """moto crashes when the file system is gone."""
        file_system_of(self)
        return tell(self)

    def create_access_point(self, client_token, *rest, **named):
        """AWS refuses a token that it knows; moto makes a second one."""
        for point in self.access_points.values():
            if point.client_token == client_token:
                raise AccessPointAlreadyExists(point)
        return create(self, client_token, *rest, **named)

    EFSBackend.create_access_point = create_access_point
    for operation in (put_backup_policy, update_file_system, delete_file_system_policy, describe_file_system_policy):
        setattr(EFSResponse, operation.__name__, operation)
