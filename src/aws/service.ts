/** The services that are called, by the names of their clients. */
export type Service = 'ec2' | 'elbv2' | 'autoscaling' | 'iam' | 's3' | 'logs' | 'ssm' | 'sts' | 'tagging'
