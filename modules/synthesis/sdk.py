"""The only file that imports the CDK distribution; it exports what the rest of the project uses.

To change the distribution of the CDK, change its two package names here.
"""

from modules.synthesis.bindings import loading

with loading("constructs", "cdktf", provider="cdktf_cdktf_provider_aws"):
    from cdktf import (
        App as App,
        AssetType as AssetType,
        CloudBackend as CloudBackend,
        Fn as Fn,
        LocalBackend as LocalBackend,
        NamedCloudWorkspace as NamedCloudWorkspace,
        Op as Op,
        Postcondition as Postcondition,
        Precondition as Precondition,
        S3Backend as S3Backend,
        TerraformAsset as TerraformAsset,
        TerraformLocal as TerraformLocal,
        TerraformOutput as TerraformOutput,
        TerraformResource as TerraformResource,
        TerraformResourceLifecycle as TerraformResourceLifecycle,
        TerraformStack as TerraformStack,
        Token as Token,
    )
    from cdktf_cdktf_provider_aws.appautoscaling_policy import AppautoscalingPolicy as AppautoscalingPolicy
    from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget as AppautoscalingTarget
    from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm as CloudwatchCompositeAlarm
    from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard as CloudwatchDashboard
    from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule as CloudwatchEventRule
    from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget as CloudwatchEventTarget
    from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup as CloudwatchLogGroup
    from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
        CloudwatchLogMetricFilter as CloudwatchLogMetricFilter,
    )
    from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
        CloudwatchMetricAlarm as CloudwatchMetricAlarm,
        CloudwatchMetricAlarmMetricQuery as CloudwatchMetricAlarmMetricQuery,
        CloudwatchMetricAlarmMetricQueryMetric as CloudwatchMetricAlarmMetricQueryMetric,
    )
    from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity as DataAwsCallerIdentity
    from cdktf_cdktf_provider_aws.data_aws_db_instance import DataAwsDbInstance as DataAwsDbInstance
    from cdktf_cdktf_provider_aws.data_aws_db_subnet_group import DataAwsDbSubnetGroup as DataAwsDbSubnetGroup
    from cdktf_cdktf_provider_aws.data_aws_glue_registry import DataAwsGlueRegistry as DataAwsGlueRegistry
    from cdktf_cdktf_provider_aws.data_aws_msk_bootstrap_brokers import (
        DataAwsMskBootstrapBrokers as DataAwsMskBootstrapBrokers,
    )
    from cdktf_cdktf_provider_aws.data_aws_msk_kafka_version import DataAwsMskKafkaVersion as DataAwsMskKafkaVersion
    from cdktf_cdktf_provider_aws.data_aws_mskconnect_custom_plugin import (
        DataAwsMskconnectCustomPlugin as DataAwsMskconnectCustomPlugin,
    )
    from cdktf_cdktf_provider_aws.data_aws_rds_cluster import DataAwsRdsCluster as DataAwsRdsCluster
    from cdktf_cdktf_provider_aws.data_aws_s3_objects import DataAwsS3Objects as DataAwsS3Objects
    from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import (
        DataAwsSecretsmanagerSecret as DataAwsSecretsmanagerSecret,
    )
    from cdktf_cdktf_provider_aws.data_aws_subnet import DataAwsSubnet as DataAwsSubnet
    from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc as DataAwsVpc
    from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup as DefaultSecurityGroup
    from cdktf_cdktf_provider_aws.dynamodb_table import (
        DynamodbTable as DynamodbTable,
        DynamodbTableAttribute as DynamodbTableAttribute,
    )
    from cdktf_cdktf_provider_aws.eip import Eip as Eip
    from cdktf_cdktf_provider_aws.flow_log import FlowLog as FlowLog
    from cdktf_cdktf_provider_aws.glue_registry import GlueRegistry as GlueRegistry
    from cdktf_cdktf_provider_aws.iam_policy import IamPolicy as IamPolicy
    from cdktf_cdktf_provider_aws.iam_role import IamRole as IamRole
    from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy as IamRolePolicy
    from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment as IamRolePolicyAttachment
    from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway as InternetGateway
    from cdktf_cdktf_provider_aws.kms_alias import KmsAlias as KmsAlias
    from cdktf_cdktf_provider_aws.kms_key import KmsKey as KmsKey
    from cdktf_cdktf_provider_aws.lambda_event_source_mapping import (
        LambdaEventSourceMapping as LambdaEventSourceMapping,
        LambdaEventSourceMappingAmazonManagedKafkaEventSourceConfig as LambdaEventSourceMappingAmazonManagedKafkaEventSourceConfig,
    )
    from cdktf_cdktf_provider_aws.lambda_function import (
        LambdaFunction as LambdaFunction,
        LambdaFunctionEnvironment as LambdaFunctionEnvironment,
        LambdaFunctionLoggingConfig as LambdaFunctionLoggingConfig,
    )
    from cdktf_cdktf_provider_aws.lambda_function_event_invoke_config import (
        LambdaFunctionEventInvokeConfig as LambdaFunctionEventInvokeConfig,
    )
    from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission as LambdaPermission
    from cdktf_cdktf_provider_aws.msk_cluster import MskCluster as MskCluster
    from cdktf_cdktf_provider_aws.msk_configuration import MskConfiguration as MskConfiguration
    from cdktf_cdktf_provider_aws.msk_single_scram_secret_association import (
        MskSingleScramSecretAssociation as MskSingleScramSecretAssociation,
    )
    from cdktf_cdktf_provider_aws.mskconnect_connector import (
        MskconnectConnector as MskconnectConnector,
        MskconnectConnectorPlugin as MskconnectConnectorPlugin,
        MskconnectConnectorPluginCustomPlugin as MskconnectConnectorPluginCustomPlugin,
    )
    from cdktf_cdktf_provider_aws.mskconnect_custom_plugin import MskconnectCustomPlugin as MskconnectCustomPlugin
    from cdktf_cdktf_provider_aws.mskconnect_worker_configuration import (
        MskconnectWorkerConfiguration as MskconnectWorkerConfiguration,
    )
    from cdktf_cdktf_provider_aws.nat_gateway import NatGateway as NatGateway
    from cdktf_cdktf_provider_aws.provider import (
        AwsProvider as AwsProvider,
        AwsProviderDefaultTags as AwsProviderDefaultTags,
    )
    from cdktf_cdktf_provider_aws.route import Route as Route
    from cdktf_cdktf_provider_aws.route_table import RouteTable as RouteTable
    from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation as RouteTableAssociation
    from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket as S3Bucket
    from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
        S3BucketLifecycleConfiguration as S3BucketLifecycleConfiguration,
        S3BucketLifecycleConfigurationRule as S3BucketLifecycleConfigurationRule,
        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload as S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
        S3BucketLifecycleConfigurationRuleFilter as S3BucketLifecycleConfigurationRuleFilter,
        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration as S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
        S3BucketOwnershipControls as S3BucketOwnershipControls,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy as S3BucketPolicy
    from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import (
        S3BucketPublicAccessBlock as S3BucketPublicAccessBlock,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
        S3BucketServerSideEncryptionConfigurationA as S3BucketServerSideEncryptionConfigurationA,
        S3BucketServerSideEncryptionConfigurationRuleA as S3BucketServerSideEncryptionConfigurationRuleA,
    )
    from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA as S3BucketVersioningA
    from cdktf_cdktf_provider_aws.s3_object import S3Object as S3Object
    from cdktf_cdktf_provider_aws.scheduler_schedule_group import SchedulerScheduleGroup as SchedulerScheduleGroup
    from cdktf_cdktf_provider_aws.security_group import SecurityGroup as SecurityGroup
    from cdktf_cdktf_provider_aws.sns_topic import SnsTopic as SnsTopic
    from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy as SnsTopicPolicy
    from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription as SnsTopicSubscription
    from cdktf_cdktf_provider_aws.subnet import Subnet as Subnet
    from cdktf_cdktf_provider_aws.vpc import Vpc as Vpc
    from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint as VpcEndpoint
    from cdktf_cdktf_provider_aws.vpc_peering_connection import VpcPeeringConnection as VpcPeeringConnection
    from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import (
        VpcSecurityGroupEgressRule as VpcSecurityGroupEgressRule,
    )
    from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import (
        VpcSecurityGroupIngressRule as VpcSecurityGroupIngressRule,
    )
    from constructs import Construct as Construct
