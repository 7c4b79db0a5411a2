"""RDS: groups that survive a change and keep what is in use, and what moto forgets of an instance."""
import random
import string

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBParameterGroupNotFoundError, RDSClientError
from moto.rds.models import DBInstance, RDSBackend
from moto.rds.responses import RDSResponse

"""What moto drops of a creation and of a change, and where an answer looks for it."""
KEPT = {
    "enable_performance_insights": "performance_insights_enabled",
    "performance_insights_retention_period": "performance_insights_retention_period",
    "monitoring_interval": "monitoring_interval",
    "monitoring_role_arn": "monitoring_role_arn",
    "db_port_number": "port",
}
LETTERS = string.ascii_uppercase + "234567"


def keep(instance, given):
    for field, attribute in KEPT.items():
        if given.get(field) is not None:
            setattr(instance, attribute, given[field])
    if not instance.performance_insights_enabled:
        instance.performance_insights_retention_period = None
    elif not instance.performance_insights_retention_period:
        instance.performance_insights_retention_period = 7
    if not instance.monitoring_interval:
        instance.monitoring_role_arn = None
    version = str(instance.engine_version)
    if instance.engine == "postgres" and version.isdigit():
        instance.engine_version = version + ".8"


def user_of(databases, attribute, name):
    users = (one for one in databases.values() if (getattr(one, attribute, None) or "").lower() == name.lower())
    return next((one.db_instance_identifier for one in users), None)


def reset_db_parameter_group(self):
    """The parameters that are named, or all of them, become the engine's again."""
    name = self.params.get("DBParameterGroupName")
    group = self.backend.db_parameter_groups.get(name)
    if group is None:
        raise DBParameterGroupNotFoundError(name)
    given = [one["ParameterName"] for one in self.params.get("Parameters") or []]
    for parameter in given or list(group.parameters):
        group.parameters.pop(parameter, None)
    return ActionResult({"DBParameterGroupName": name})


def guard_groups():
    create, modify, delete = RDSBackend.create_subnet_group, RDSBackend.modify_db_subnet_group, RDSBackend.delete_subnet_group
    delete_parameters = RDSBackend.delete_db_parameter_group

    def create_subnet_group(self, subnet_name, *rest, **named):
        """moto puts the new group in the old one's place."""
        if subnet_name in self.subnet_groups:
            raise RDSClientError("DBSubnetGroupAlreadyExists", "DB subnet group '%s' already exists." % subnet_name)
        return create(self, subnet_name, *rest, **named)

    def modify_db_subnet_group(self, subnet_name, description, subnets):
        """moto takes the group out and does not put it back."""
        group = modify(self, subnet_name, description, subnets)
        self.subnet_groups[subnet_name] = group
        return group

    def delete_subnet_group(self, subnet_name):
        user = user_of(self.databases, "_db_subnet_group_name", subnet_name)
        if user:
            raise RDSClientError("InvalidDBSubnetGroupStateFault", "Cannot delete the subnet group '%s' because at least one database instance: %s is still using it." % (subnet_name, user))
        return delete(self, subnet_name)

    def delete_db_parameter_group(self, db_parameter_group_name):
        """After that moto could describe the instance no more."""
        if user_of(self.databases, "db_parameter_group_name", db_parameter_group_name):
            raise RDSClientError("InvalidDBParameterGroupState", "One or more database instances are still members of this parameter group %s, so the group cannot be deleted" % db_parameter_group_name)
        return delete_parameters(self, db_parameter_group_name)

    for operation in (create_subnet_group, modify_db_subnet_group, delete_subnet_group, delete_db_parameter_group):
        setattr(RDSBackend, operation.__name__, operation)


def remember_instances():
    made, update = DBInstance.__init__, DBInstance.update

    def __init__(self, *rest, **given):
        made(self, *rest, **given)
        self.dbi_resource_id = "db-" + "".join(random.choices(LETTERS, k=26))
        self.performance_insights_enabled = False
        self.performance_insights_retention_period = self.monitoring_role_arn = None
        self.monitoring_interval = 0
        keep(self, given)

    def changed(self, *rest, **given):
        update(self, *rest, **given)
        keep(self, given)

    DBInstance.__init__, DBInstance.update = __init__, changed


def apply():
    RDSResponse.describe_db_parameters  # must be there
    guard_groups()
    remember_instances()
    RDSResponse.reset_db_parameter_group = reset_db_parameter_group
