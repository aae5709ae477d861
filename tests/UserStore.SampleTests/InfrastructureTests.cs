using System.Text.Json;
using Amazon.CDK;
using Amazon.CDK.AWS.Lambda;
using Functions;
using Infrastructure;

namespace UserStore.SampleTests;

/// <summary>The resources that the stack deploys.</summary>
public sealed class InfrastructureTests : IClassFixture<InfrastructureTests.Template>
{
    private readonly JsonElement _resources;
    private readonly JsonElement _production;
    private readonly JsonElement _outputs;

    public InfrastructureTests(Template template) => (_resources, _production, _outputs) = (
        template.Root.GetProperty("Resources"), template.Production.GetProperty("Resources"), template.Root.GetProperty("Outputs"));

    [Fact]
    public void The_source_table_has_the_keys_stream_indexes_and_expiry_of_the_model()
    {
        JsonElement users = Table("Users");

        Keys(users).Should().Be("user_id HASH");
        Types(users).Should().Equal("created_at S", "email S", "status S", "user_id S");
        users.GetProperty("StreamSpecification").GetProperty("StreamViewType").GetString().Should().Be("NEW_AND_OLD_IMAGES");
        users.GetProperty("TimeToLiveSpecification").ToString().Should().Contain("expires_at").And.Contain("true");
        users.GetProperty("BillingMode").GetString().Should().Be("PAY_PER_REQUEST");
        users.GetProperty("GlobalSecondaryIndexes").EnumerateArray()
            .Select(index => $"{index.GetProperty("IndexName")}: {Keys(index)}, {index.GetProperty("Projection").GetProperty("ProjectionType")}")
            .Should().BeEquivalentTo("email-index: email HASH, ALL", "status-index: status HASH created_at RANGE, ALL");
    }

    [Fact]
    public void The_reservations_target_and_guards_tables_have_their_keys_and_no_stream()
    {
        Keys(Table("UserReservations")).Should().Be("reservation HASH");
        Keys(Table("UsersByPlace")).Should().Be("state HASH city_user_id RANGE");
        Keys(Table("UsersByPlaceGuards")).Should().Be("user_id HASH");
        Table("UsersByPlaceGuards").GetProperty("TimeToLiveSpecification").ToString().Should().Contain("expires_at").And.Contain("true");
        foreach (string table in new[] { "UserReservations", "UsersByPlace", "UsersByPlaceGuards" })
            Table(table).TryGetProperty("StreamSpecification", out _).Should().BeFalse();
        Of("AWS::DynamoDB::Table").Should().HaveCount(4);
    }

    [Fact]
    public void The_stream_is_retried_from_the_failed_record_and_abandoned_records_go_to_a_queue()
    {
        JsonElement source = Of("AWS::Lambda::EventSourceMapping").Should().ContainSingle().Subject;

        source.GetProperty("FunctionResponseTypes").EnumerateArray().Select(type => type.GetString()).Should().Equal("ReportBatchItemFailures");
        source.GetProperty("BisectBatchOnFunctionError").GetBoolean().Should().BeTrue();
        source.GetProperty("MaximumRetryAttempts").GetInt32().Should().Be(10);
        source.GetProperty("MaximumRecordAgeInSeconds").GetInt32().Should().Be(22 * 60 * 60, "the stream drops records after 24 hours");
        source.GetProperty("ParallelizationFactor").GetInt32().Should().Be(2);
        source.GetProperty("BatchSize").GetInt32().Should().Be(FunctionLimits.BatchSize);
        source.GetProperty("StartingPosition").GetString().Should().Be("TRIM_HORIZON");
        source.GetProperty("EventSourceArn").ToString().Should().Contain("StreamArn");
        source.GetProperty("DestinationConfig").GetProperty("OnFailure").GetProperty("Destination").ToString()
            .Should().Contain(NameOf("AWS::SQS::Queue"));
    }

    [Fact]
    public void The_functions_reference_existing_handlers()
    {
        JsonElement[] functions = [.. Of("AWS::Lambda::Function")];

        functions.Should().HaveCount(2);
        foreach (JsonElement function in functions)
        {
            function.GetProperty("Runtime").GetString().Should().Be("dotnet10");
            function.GetProperty("Environment").GetProperty("Variables").GetProperty(Services.PrefixVariable).GetString()
                .Should().Be(UsersStack.TableNamePrefix);
            function.GetProperty("Environment").GetProperty("Variables").GetProperty("AWS_LAMBDA_HANDLER_LOG_FORMAT").GetString()
                .Should().Be("Unformatted");
            function.GetProperty("TracingConfig").GetProperty("Mode").GetString().Should().Be("Active");
            string[] handler = function.GetProperty("Handler").GetString()!.Split("::");
            handler[0].Should().Be(typeof(CreateUser).Assembly.GetName().Name);
            Type type = typeof(CreateUser).Assembly.GetType(handler[1], throwOnError: true)!;
            type.GetConstructor([]).Should().NotBeNull();
            type.GetMethod(handler[2], [typeof(Stream)])!.ReturnType.Should().Be<Task<Stream>>();
            TimeSpan timeout = type == typeof(CreateUser) ? FunctionLimits.CreateUser : FunctionLimits.ReplicateUsers;
            function.GetProperty("Timeout").GetDouble().Should().Be(timeout.TotalSeconds);
        }
    }

    [Fact]
    public void Failures_raise_alarms_that_notify_a_topic()
    {
        string topic = NameOf("AWS::SNS::Topic");
        JsonElement[] alarms = [.. Of("AWS::CloudWatch::Alarm")];

        alarms.Select(alarm => $"{alarm.GetProperty("Namespace")} {alarm.GetProperty("MetricName")} of {SubjectOf(alarm)}: "
            + $"{alarm.GetProperty("Statistic")} {alarm.GetProperty("ComparisonOperator")} {alarm.GetProperty("Threshold")} "
            + $"in {alarm.GetProperty("EvaluationPeriods")} x {alarm.GetProperty("Period")} s").Should().BeEquivalentTo(
            "AWS/SQS ApproximateNumberOfMessagesVisible of ReplicationFailures: Maximum GreaterThanOrEqualToThreshold 1 in 1 x 300 s",
            "AWS/Lambda IteratorAge of ReplicateUsers: Maximum GreaterThanOrEqualToThreshold 900000 in 2 x 300 s",
            "AWS/Lambda Errors of ReplicateUsers: Sum GreaterThanOrEqualToThreshold 1 in 1 x 300 s",
            "AWS/Lambda Throttles of ReplicateUsers: Sum GreaterThanOrEqualToThreshold 1 in 1 x 300 s",
            "AWS/Lambda Errors of CreateUser: Sum GreaterThanOrEqualToThreshold 1 in 1 x 300 s",
            "AWS/Lambda Throttles of CreateUser: Sum GreaterThanOrEqualToThreshold 1 in 1 x 300 s",
            "AWS/ApiGateway 5xx of Api: Sum GreaterThanOrEqualToThreshold 1 in 1 x 300 s");
        foreach (JsonElement alarm in alarms)
        {
            alarm.GetProperty("TreatMissingData").GetString().Should().Be("notBreaching");
            alarm.GetProperty("AlarmActions").EnumerateArray().Single().GetProperty("Ref").GetString().Should().Be(topic);
        }

        _outputs.GetProperty("AlarmsTopic").GetProperty("Value").GetProperty("Ref").GetString().Should().Be(topic);
    }

    [Fact]
    public void The_API_is_throttled()
    {
        JsonElement stage = Of("AWS::ApiGatewayV2::Stage").Should().ContainSingle().Subject;

        (stage.GetProperty("StageName").GetString(), stage.GetProperty("AutoDeploy").GetBoolean()).Should().Be(("$default", true));
        JsonElement throttle = stage.GetProperty("DefaultRouteSettings");
        (throttle.GetProperty("ThrottlingRateLimit").GetInt32(), throttle.GetProperty("ThrottlingBurstLimit").GetInt32()).Should().Be((50, 100));
    }

    [Fact]
    public void A_sample_is_deleted_completely()
    {
        foreach (JsonProperty table in _resources.EnumerateObject().Where(resource => IsA(resource, "AWS::DynamoDB::Table")))
            ProtectionOf(table).Should().Be((false, false, "Delete"));
    }

    [Fact]
    public void In_production_the_tables_of_users_and_emails_are_protected_and_backed_up_and_remain()
    {
        var tables = _production.EnumerateObject().Where(resource => IsA(resource, "AWS::DynamoDB::Table"))
            .ToDictionary(NameOf, ProtectionOf);

        tables.Should().Equal(new Dictionary<string, (bool, bool, string?)>
        {
            ["Users"] = (true, true, "Retain"),
            ["UserReservations"] = (true, true, "Retain"),
            ["UsersByPlace"] = (false, false, "Delete"),
            ["UsersByPlaceGuards"] = (false, false, "Delete"),
        });
        _production.EnumerateObject().Select(resource => resource.Name).Should().Equal(
            _resources.EnumerateObject().Select(resource => resource.Name), "nothing else differs");
    }

    [Fact]
    public void The_API_has_one_route_and_its_address_is_an_output()
    {
        Of("AWS::ApiGatewayV2::Route").Should().ContainSingle().Which.GetProperty("RouteKey").GetString().Should().Be("POST /");
        Of("AWS::ApiGatewayV2::Integration").Should().ContainSingle().Which.GetProperty("PayloadFormatVersion").GetString().Should().Be("2.0");
        _outputs.EnumerateObject().Select(output => output.Name).Should().BeEquivalentTo(
            "ApiEndpoint", "UsersTable", "TargetTable", "FailuresQueue", "AlarmsTopic");
    }

    [Fact]
    public void Each_function_has_only_the_permissions_that_it_needs()
    {
        string users = NameOf("AWS::DynamoDB::Table", "Users"), emails = NameOf("AWS::DynamoDB::Table", "UserReservations");
        string target = NameOf("AWS::DynamoDB::Table", "UsersByPlace"), guards = NameOf("AWS::DynamoDB::Table", "UsersByPlaceGuards");
        string queue = NameOf("AWS::SQS::Queue");
        var granted = Statements("AWS::IAM::Policy").ToLookup(statement => statement.Policy.Split("Role")[0], statement => statement.Text);

        granted["CreateUser"].Should().BeEquivalentTo(
            $"dynamodb:PutItem dynamodb:GetItem dynamodb:DeleteItem dynamodb:ConditionCheckItem on {users}.Arn",
            $"dynamodb:PutItem dynamodb:GetItem on {emails}.Arn",
            "xray:PutTraceSegments xray:PutTelemetryRecords on *", // the service supports no narrower resource
            $"logs:CreateLogStream logs:PutLogEvents on {LogsOf("CreateUser")}.Arn");
        granted["ReplicateUsers"].Should().BeEquivalentTo(
            $"dynamodb:GetItem on {users}.Arn",
            $"dynamodb:PutItem dynamodb:DeleteItem on {target}.Arn",
            $"dynamodb:PutItem dynamodb:GetItem on {guards}.Arn",
            "dynamodb:ListStreams on *", // the service supports no narrower resource
            $"dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator on {users}.StreamArn",
            "xray:PutTraceSegments xray:PutTelemetryRecords on *",
            $"sqs:SendMessage sqs:GetQueueAttributes sqs:GetQueueUrl on {queue}.Arn",
            $"logs:CreateLogStream logs:PutLogEvents on {LogsOf("ReplicateUsers")}.Arn");
        granted.Should().HaveCount(2);
    }

    [Fact]
    public void No_policy_has_a_wildcard_except_for_listing_streams_and_sending_traces()
    {
        var statements = Statements("AWS::IAM::Policy").ToList();
        statements.Should().NotBeEmpty();
        statements.Where(statement => statement.Actions.Any(action => action.Contains('*'))).Should().BeEmpty();
        statements.Where(statement => statement.Resources.Any(resource => resource.Contains('*')))
            .SelectMany(statement => statement.Actions).Distinct().Should().BeEquivalentTo(
                "dynamodb:ListStreams", "xray:PutTraceSegments", "xray:PutTelemetryRecords");
        foreach (JsonElement role in Of("AWS::IAM::Role"))
            role.TryGetProperty("ManagedPolicyArns", out _).Should().BeFalse("ready-made policies allow more");
        // The policy of the queue denies all unencrypted requests to every principal.
        Statements("AWS::SQS::QueuePolicy").Should().OnlyContain(statement => statement.IsDenial);
    }

    private static string NameOf(JsonProperty table)
        => table.Value.GetProperty("Properties").GetProperty("TableName").GetString()![UsersStack.TableNamePrefix.Length..];

    private static (bool IsProtected, bool HasRecovery, string? OnDelete) ProtectionOf(JsonProperty table)
    {
        JsonElement properties = table.Value.GetProperty("Properties");
        return (
            properties.TryGetProperty("DeletionProtectionEnabled", out JsonElement isProtected) && isProtected.GetBoolean(),
            properties.TryGetProperty("PointInTimeRecoverySpecification", out JsonElement recovery)
                && recovery.GetProperty("PointInTimeRecoveryEnabled").GetBoolean(),
            table.Value.GetProperty("DeletionPolicy").GetString());
    }

    // The name of the construct, without the hash of its path.
    private static string SubjectOf(JsonElement alarm)
    {
        JsonElement value = alarm.GetProperty("Dimensions").EnumerateArray().Single().GetProperty("Value");
        string name = value.TryGetProperty("Ref", out JsonElement reference) ? reference.GetString()! : value.GetProperty("Fn::GetAtt")[0].GetString()!;
        return name[..^8];
    }

    private JsonElement Table(string name)
        => Of("AWS::DynamoDB::Table").Single(table => table.GetProperty("TableName").GetString() == UsersStack.TableNamePrefix + name);

    private string LogsOf(string function) => _resources.EnumerateObject().Single(
        resource => IsA(resource, "AWS::Logs::LogGroup") && resource.Name.StartsWith(function, StringComparison.Ordinal)).Name;

    private string NameOf(string type, string? table = null) => _resources.EnumerateObject().Single(resource => IsA(resource, type)
        && (table is null || resource.Value.GetProperty("Properties").GetProperty("TableName").GetString() == UsersStack.TableNamePrefix + table)).Name;

    private IEnumerable<JsonElement> Of(string type)
        => _resources.EnumerateObject().Where(resource => IsA(resource, type)).Select(resource => resource.Value.GetProperty("Properties"));

    private static bool IsA(JsonProperty resource, string type) => resource.Value.GetProperty("Type").GetString() == type;

    private IEnumerable<Statement> Statements(string type) => _resources.EnumerateObject().Where(resource => IsA(resource, type))
        .SelectMany(policy => policy.Value.GetProperty("Properties").GetProperty("PolicyDocument").GetProperty("Statement").EnumerateArray()
            .Select(statement => new Statement(
                policy.Name,
                statement.GetProperty("Effect").GetString() == "Deny",
                [.. Values(statement.GetProperty("Action")).Select(action => action.GetString()!)],
                [.. Values(statement.GetProperty("Resource")).Select(ToText)])));

    private static IEnumerable<JsonElement> Values(JsonElement one) => one.ValueKind == JsonValueKind.Array ? one.EnumerateArray() : [one];

    private static string ToText(JsonElement resource) => resource.ValueKind == JsonValueKind.String
        ? resource.GetString()!
        : resource.TryGetProperty("Fn::GetAtt", out JsonElement attribute)
            ? string.Join('.', attribute.EnumerateArray().Select(part => part.GetString()))
            : resource.ToString();

    private static string Keys(JsonElement table) => string.Join(
        ' ', table.GetProperty("KeySchema").EnumerateArray().Select(key => $"{key.GetProperty("AttributeName")} {key.GetProperty("KeyType")}"));

    private static IEnumerable<string> Types(JsonElement table) => table.GetProperty("AttributeDefinitions").EnumerateArray()
        .Select(type => $"{type.GetProperty("AttributeName")} {type.GetProperty("AttributeType")}").Order(StringComparer.Ordinal);

    private sealed record Statement(string Policy, bool IsDenial, string[] Actions, string[] Resources)
    {
        public string Text => $"{string.Join(' ', Actions)} on {string.Join(' ', Resources)}";
    }

    /// <summary>Gets the templates, which are synthesized once.</summary>
    public sealed class Template : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("userstore-synth-").FullName;

        public Template()
        {
            string code = Path.Combine(_folder, "code");
            Directory.CreateDirectory(code);
            File.WriteAllText(Path.Combine(code, "Functions.dll"), "in place of the published functions");
            Root = Synthesize("sample", code, isProduction: false);
            Production = Synthesize("production", code, isProduction: true);
        }

        public JsonElement Root { get; }

        public JsonElement Production { get; }

        private JsonElement Synthesize(string folder, string code, bool isProduction)
        {
            var app = new App(new AppProps { Outdir = Path.Combine(_folder, folder) });
            _ = new UsersStack(app, "Sample", Code.FromAsset(code), isProduction);
            string path = app.Synth().GetStackByName("Sample").TemplateFullPath;
            return JsonDocument.Parse(File.ReadAllText(path)).RootElement.Clone();
        }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
