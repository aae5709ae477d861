using Amazon.CDK;
using Amazon.CDK.AWS.Apigatewayv2;
using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.Lambda.EventSources;
using Amazon.CDK.AWS.Logs;
using Amazon.CDK.AWS.SQS;
using Amazon.CDK.AwsApigatewayv2Integrations;
using Constructs;
using Functions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.Schema;

namespace Infrastructure;

/// <summary>Deploys an HTTP API that creates users, and a table of the same users by state and city that is updated from the stream.</summary>
public sealed class UsersStack : Stack
{
    /// <summary>The prefix of the table names.</summary>
    public const string TableNamePrefix = "userstore-sample-";

    // Lambda supports this runtime, but this version of the CDK has no constant for it.
    private static readonly Runtime DotNet10 = new("dotnet10", RuntimeFamily.DOTNET_CORE);

    /// <param name="scope">The app.</param>
    /// <param name="id">The name of the stack.</param>
    /// <param name="code">The published functions.</param>
    /// <param name="isProduction">Whether the tables of users and reservations are protected and backed up, and remain when the stack is
    /// deleted.</param>
    public UsersStack(Construct scope, string id, Code code, bool isProduction = false)
        : base(scope, id)
    {
        // The tables match the functions, because both use the same annotated types and options.
        using ServiceProvider services = Functions.Services.Build(options =>
        {
            options.TableNamePrefix = TableNamePrefix;
            options.DeletionProtection = isProduction;
            options.PointInTimeRecovery = isProduction;
        });
        UserStoreOptions options = services.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(PlacedUser).FullName);
        UserStoreSchema schema = UserStoreSchema.For<PlacedUser>(options);
        ReplicationDefinition replication = schema.ReplicationTo<UserByPlace>();
        Table users = CreateTable("Users", schema.Users);
        Table reservations = CreateTable("UserReservations", schema.Reservations!);
        Table target = CreateTable("UsersByPlace", replication.Target);
        Table guards = CreateTable("UsersByPlaceGuards", replication.Guards);

        Function createUser = CreateFunction("CreateUser", code, nameof(CreateUser.HandleAsync), FunctionLimits.CreateUser);
        // PutItem for a new user and its reservation; the others for an email that is reserved for a deleted user.
        Allow(createUser, users, "dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem");
        Allow(createUser, reservations, "dynamodb:PutItem", "dynamodb:GetItem");
        var api = new HttpApi(this, "Api", new HttpApiProps { Description = "Creates users", CreateDefaultStage = false });
        _ = new HttpStage(this, "ApiStage", new HttpStageProps
        {
            HttpApi = api,
            AutoDeploy = true,
            // Far below the quota of the account and region, which all its APIs share; requests above it get 429.
            Throttle = new ThrottleSettings { RateLimit = 50, BurstLimit = 100 },
        });
        api.AddRoutes(new AddRoutesOptions
        {
            Path = "/",
            Methods = [Amazon.CDK.AWS.Apigatewayv2.HttpMethod.POST],
            Integration = new HttpLambdaIntegration("CreateUserIntegration", createUser),
        });

        Function replicateUsers = CreateFunction("ReplicateUsers", code, nameof(ReplicateUsers.HandleAsync), FunctionLimits.ReplicateUsers);
        Allow(replicateUsers, users, "dynamodb:GetItem");
        Allow(replicateUsers, target, "dynamodb:PutItem", "dynamodb:DeleteItem");
        Allow(replicateUsers, guards, "dynamodb:PutItem", "dynamodb:GetItem");
        var failures = new Queue(this, "ReplicationFailures", new QueueProps
        {
            RetentionPeriod = Duration.Days(14),
            Encryption = QueueEncryption.SQS_MANAGED,
            EnforceSSL = true,
        });
        replicateUsers.AddEventSource(new DynamoEventSource(users, new DynamoEventSourceProps
        {
            StartingPosition = StartingPosition.TRIM_HORIZON,
            BatchSize = FunctionLimits.BatchSize,
            ReportBatchItemFailures = true,
            BisectBatchOnError = true,
            // The records of one user stay in order, and a batch that fails holds back only its half of the shard.
            ParallelizationFactor = 2,
            // A record that always fails is given up within minutes. With the time of each invocation, an outage of the target of about 20
            // minutes loses no record.
            RetryAttempts = 10,
            // The stream drops records after 24 hours without notice. Before that, they go to the queue and raise its alarm.
            MaxRecordAge = Duration.Hours(22),
            OnFailure = new SqsDlq(failures),
        }));

        var alarms = new Alarms(this);
        alarms.Add(
            "ReplicationFailed", "Records were given up: rebuild their users in the target.", failures.MetricApproximateNumberOfMessagesVisible(), 1);
        alarms.AddIteratorAge("ReplicationLate", replicateUsers);
        alarms.Add("ApiErrors", "Requests failed, also those that the function answered with 503.", api.MetricServerError(), 1);
        alarms.AddFailures("CreateUser", createUser);
        alarms.AddFailures("ReplicateUsers", replicateUsers);

        _ = new CfnOutput(this, "ApiEndpoint", new CfnOutputProps { Value = api.ApiEndpoint });
        _ = new CfnOutput(this, "UsersTable", new CfnOutputProps { Value = users.TableName });
        _ = new CfnOutput(this, "TargetTable", new CfnOutputProps { Value = target.TableName });
        _ = new CfnOutput(this, "FailuresQueue", new CfnOutputProps { Value = failures.QueueUrl });
        _ = new CfnOutput(this, "AlarmsTopic", new CfnOutputProps { Value = alarms.TopicArn });
    }

    private Table CreateTable(string id, TableDefinition definition)
    {
        var table = new Table(this, id, new TableProps
        {
            TableName = definition.Name,
            PartitionKey = ToAttribute(definition.PartitionKey),
            SortKey = definition.SortKey is null ? null : ToAttribute(definition.SortKey),
            BillingMode = BillingMode.PAY_PER_REQUEST,
            Stream = definition.StreamViewType == TableStreamViewType.NewAndOldImages ? StreamViewType.NEW_AND_OLD_IMAGES : null,
            TimeToLiveAttribute = definition.TimeToLiveAttribute,
            // A sample is deleted completely. In production, what cannot be derived from another table remains.
            RemovalPolicy = definition.DeletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
            DeletionProtection = definition.DeletionProtection,
            PointInTimeRecovery = definition.PointInTimeRecovery,
        });
        foreach (IndexDefinition index in definition.Indexes)
        {
            table.AddGlobalSecondaryIndex(new GlobalSecondaryIndexProps
            {
                IndexName = index.Name,
                PartitionKey = ToAttribute(index.PartitionKey),
                SortKey = index.SortKey is null ? null : ToAttribute(index.SortKey),
                ProjectionType = ProjectionType.ALL,
            });
        }

        return table;
    }

    private Function CreateFunction(string type, Code code, string method, TimeSpan timeout)
    {
        var logs = new LogGroup(this, $"{type}Logs", new LogGroupProps
        {
            Retention = RetentionDays.ONE_MONTH,
            RemovalPolicy = RemovalPolicy.DESTROY,
        });
        // A separate role, because the managed policy for functions grants access to the logs of all other functions.
        var role = new Role(this, $"{type}Role", new RoleProps { AssumedBy = new ServicePrincipal("lambda.amazonaws.com") });
        logs.GrantWrite(role);
        return new Function(this, type, new FunctionProps
        {
            Runtime = DotNet10,
            Handler = $"Functions::Functions.{type}::{method}",
            Code = code,
            Role = role,
            LogGroup = logs,
            MemorySize = 512,
            Timeout = Duration.Seconds(timeout.TotalSeconds),
            Tracing = Tracing.ACTIVE,
            Environment = new Dictionary<string, string>
            {
                [Functions.Services.PrefixVariable] = TableNamePrefix,
                ["AWS_LAMBDA_HANDLER_LOG_FORMAT"] = "Unformatted", // the functions write complete lines of JSON
            },
        });
    }

    // Not Table.Grant, which also grants access to all indexes of the table.
    private static void Allow(Function function, Table table, params string[] actions) => function.AddToRolePolicy(
        new PolicyStatement(new PolicyStatementProps { Actions = actions, Resources = [table.TableArn] }));

    private static Amazon.CDK.AWS.DynamoDB.Attribute ToAttribute(KeyDefinition key) => new()
    {
        Name = key.AttributeName,
        Type = key.AttributeType == "N" ? AttributeType.NUMBER : AttributeType.STRING,
    };
}
