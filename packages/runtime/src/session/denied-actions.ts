/**
 * Actions that `view` and `read` deny, although AWS's managed policies can allow them, each with AWS's page (below
 * https://docs.aws.amazon.com/) that says what the action returns or which access level it has. First what returns a secret, a token or a
 * password by itself. Text in which someone has put a secret (environment variables, user data, logs, objects) is data, and stays readable.
 * `*` also matches writes, which the managed policies do not allow: short names leave room in the session policy.
 */
export const DENIED_ACTIONS: Readonly<Record<string, string>> = {
  "acm:*Credentials": "service-authorization/latest/reference/list_awscertificatemanager.html",
  "amplify:*App*": "amplify/latest/APIReference/API_App.html",
  "amplify:*Branch*": "amplify/latest/APIReference/API_Branch.html",
  "appsync:ListApiKeys": "appsync/latest/APIReference/API_ListApiKeys.html",
  "chime:*ApiKeys": "service-authorization/latest/reference/list_amazonchime.html",
  "chime:GetBot": "chime/latest/APIReference/API_Bot.html",
  "chime:ListBots": "chime/latest/APIReference/API_Bot.html",
  "cloudwatch:*Credentials*": "service-authorization/latest/reference/list_amazoncloudwatch.html",
  "codeartifact:*Token": "codeartifact/latest/APIReference/API_GetAuthorizationToken.html",
  "codepipeline:*JobDetails": "codepipeline/latest/APIReference/API_GetJobDetails.html",
  "cognito-identity:*Credentials*": "cognitoidentity/latest/APIReference/API_GetCredentialsForIdentity.html",
  "cognito-identity:*Token*": "cognitoidentity/latest/APIReference/API_GetOpenIdToken.html",
  "cognito-idp:*IdentityProvider": "cognito-user-identity-pools/latest/APIReference/API_DescribeIdentityProvider.html",
  "cognito-idp:*Identifier": "cognito-user-identity-pools/latest/APIReference/API_GetIdentityProviderByIdentifier.html",
  "cognito-idp:*Secret*": "service-authorization/latest/reference/list_amazoncognitouserpools.html",
  "cognito-idp:*Tokens*": "cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html",
  "cognito-idp:*UserPoolClient": "cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html",
  "connect:*Token": "connect/latest/APIReference/API_GetFederationToken.html",
  "directconnect:*RouterConf*": "directconnect/latest/APIReference/API_DescribeRouterConfiguration.html",
  "directconnect:*Interfaces": "directconnect/latest/APIReference/API_DescribeVirtualInterfaces.html",
  "ec2:*Password*": "AWSEC2/latest/APIReference/API_GetPasswordData.html",
  "ec2:*TrustProviders": "AWSEC2/latest/APIReference/API_DescribeVerifiedAccessTrustProviders.html",
  "ec2:DescribeVpnConnections": "AWSEC2/latest/APIReference/API_DescribeVpnConnections.html",
  "ec2:*SampleConfiguration": "AWSEC2/latest/APIReference/API_GetVpnConnectionDeviceSampleConfiguration.html",
  "ecr-public:*Token": "AmazonECRPublic/latest/APIReference/API_GetAuthorizationToken.html",
  "ecr:*Token": "AmazonECR/latest/APIReference/API_GetAuthorizationToken.html",
  "emr-serverless:*Dashboard*": "emr-serverless/latest/APIReference/API_GetDashboardForJobRun.html",
  "gamelift:*Access": "gamelift/latest/apireference/API_GetComputeAccess.html",
  "gamelift:*ConnectionDetails": "service-authorization/latest/reference/list_amazongameliftservers.html",
  "gamelift:*Token": "gamelift/latest/apireference/API_GetComputeAuthToken.html",
  "iot:*RegistrationCode": "iot/latest/apireference/API_GetRegistrationCode.html",
  "iotwireless:*WirelessDevice": "iot-wireless/latest/apireference/API_GetWirelessDevice.html",
  "ivs:*IngestConfiguration": "ivs/latest/RealTimeAPIReference/API_GetIngestConfiguration.html",
  "kinesisvideo:*URL": "kinesisvideostreams/latest/dg/API_reader_GetHLSStreamingSessionURL.html",
  "kinesisvideo:*IceServer*": "kinesisvideostreams/latest/dg/API_signaling_GetIceServerConfig.html",
  "kms:*ForImport": "kms/latest/APIReference/API_GetParametersForImport.html",
  "lex:*ChannelAssoc*": "lex/latest/dg/API_GetBotChannelAssociation.html",
  "license-manager:*Token": "license-manager/latest/APIReference/API_GetAccessToken.html",
  "mediapackage:*Channel*": "mediapackage/latest/apireference/channels-id.html",
  "secretsmanager:*Value": "secretsmanager/latest/apireference/API_GetSecretValue.html",
  "snowball:GetJob*": "snowball/latest/api-reference/API_GetJobUnlockCode.html",
  "ssm:*AccessToken": "systems-manager/latest/APIReference/API_GetAccessToken.html",
  "ssm:GetParameter*": "systems-manager/latest/APIReference/API_GetParameter.html",
  "sso-directory:*Tokens": "service-authorization/latest/reference/list_awsiamidentitycenterdirectory.html",
  "storagegateway:*Credentials": "storagegateway/latest/APIReference/API_DescribeChapCredentials.html",
  "sts:*Token": "STS/latest/APIReference/API_GetSessionToken.html",
  "wafv2:*Decrypted*": "waf/latest/APIReference/API_GetDecryptedAPIKey.html",
  "workspaces-web:*IdentityProvider": "workspaces-web/latest/APIReference/API_IdentityProvider.html",

  // What the service authorization reference lists as Write or Permissions management.
  "athena:*SessionEndpoint": "service-authorization/latest/reference/list_amazonathena.html",
  "backup:*ForSearch": "service-authorization/latest/reference/list_awsbackup.html",
  "billing:*Policy": "service-authorization/latest/reference/list_awsbilling.html",
  "iot:GetConnection": "service-authorization/latest/reference/list_awsiot.html",
  "iot:*Subscriptions": "service-authorization/latest/reference/list_awsiot.html",
  "s3express:CreateSession": "AmazonS3/latest/API/API_CreateSession.html",
  "ssm-sap:*Permission": "service-authorization/latest/reference/list_awssystemsmanagerforsap.html",
};

/** The values of API keys. @see https://docs.aws.amazon.com/apigateway/latest/api/API_GetApiKeys.html */
export const DENIED_API_KEYS = {
  action: "apigateway:GET",
  /** Without `arn:<partition>:`. */
  resources: ["apigateway:*::/apikeys*", "apigateway:*::/usageplans/*/keys*"],
} as const;
