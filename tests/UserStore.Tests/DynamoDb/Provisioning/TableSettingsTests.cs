using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Tests.DynamoDb.Tables;

namespace UserStore.Tests.DynamoDb.Provisioning;

/// <summary>The settings of tables, on a double of the operations that local servers do not have.</summary>
public sealed class TableSettingsTests
{
    public const string KeyArn = "arn:aws:kms:eu-central-1:123456789012:key/1234";

    private readonly TableService _service = new();

    public static UserStoreOptions Required => new()
    {
        DeletionProtection = true,
        EncryptionKey = KeyArn,
        TableClass = TableStorageClass.StandardInfrequentAccess,
        MaxReadRequestUnits = 20_000,
        MaxWriteRequestUnits = 5_000,
        WarmReadUnitsPerSecond = 15_000,
        WarmWriteUnitsPerSecond = 4_500,
        Tags = { ["team"] = "identity", ["stage"] = "test" },
        PointInTimeRecovery = true,
        PointInTimeRecoveryDays = 7,
    };

    [Fact]
    public async Task New_tables_have_every_setting_from_their_creation()
    {
        await EnsureAsync(Required);

        _service.Changes.Should().BeEquivalentTo(
            "CreateTable Users", "UpdateContinuousBackups Users", "CreateTable UserReservations", "UpdateContinuousBackups UserReservations");
        CreateTableRequest reservations = _service.Created!;
        (reservations.SSESpecification.KMSMasterKeyId, reservations.SSESpecification.SSEType).Should().Be((KeyArn, SSEType.KMS));
        (reservations.DeletionProtectionEnabled, reservations.TableClass).Should().Be((true, TableClass.STANDARD_INFREQUENT_ACCESS));
        AssertSettings("Users");
        AssertSettings("UserReservations");
        _service["Users"].GlobalSecondaryIndexes.Should().HaveCount(2).And.OnlyContain(index =>
            index.OnDemandThroughput.MaxReadRequestUnits == 20_000 && index.OnDemandThroughput.MaxWriteRequestUnits == 5_000
            && index.WarmThroughput.ReadUnitsPerSecond == 15_000 && index.WarmThroughput.WriteUnitsPerSecond == 4_500);
    }

    [Fact]
    public async Task Existing_tables_get_each_setting_by_a_request_of_its_own_and_only_once()
    {
        await EnsureAsync(new UserStoreOptions());
        _service.Requests.Clear();

        await EnsureAsync(Required);
        string[] first = [.. _service.Changes];
        _service.Requests.Clear();
        await EnsureAsync(Required);

        first.Where(change => change.Contains(" Users")).Should().Equal(
            "UpdateTable Users +protection",
            $"UpdateTable Users +key {KeyArn}",
            "UpdateTable Users +STANDARD_INFREQUENT_ACCESS",
            "UpdateTable Users +maximum",
            "UpdateTable Users +maximum of email-index",
            "UpdateTable Users +maximum of status-index",
            "UpdateTable Users +warm",
            "UpdateTable Users +warm of email-index",
            "UpdateTable Users +warm of status-index",
            "TagResource Users team, stage",
            "UpdateContinuousBackups Users");
        first.Where(change => !change.Contains(" Users")).Should().Equal(
            "UpdateTable UserReservations +protection",
            $"UpdateTable UserReservations +key {KeyArn}",
            "UpdateTable UserReservations +STANDARD_INFREQUENT_ACCESS",
            "UpdateTable UserReservations +maximum",
            "UpdateTable UserReservations +warm",
            "TagResource UserReservations team, stage",
            "UpdateContinuousBackups UserReservations");
        _service.Changes.Should().BeEmpty();
        AssertSettings("Users");
        AssertSettings("UserReservations");
    }

    [Fact]
    public async Task Settings_that_the_options_leave_open_are_neither_read_nor_changed()
    {
        await EnsureAsync(Required);
        _service.Requests.Clear();

        await EnsureAsync(new UserStoreOptions());

        _service.Requests.Should().Equal("DescribeTable", "DescribeTimeToLive", "DescribeTable");
        AssertSettings("Users");
    }

    [Fact]
    public async Task A_table_keeps_a_higher_warm_throughput_and_its_other_tags()
    {
        await EnsureAsync(Required);
        _service["Users"].WarmThroughput.ReadUnitsPerSecond = 90_000;
        _service.TagsOf("Users")["owner"] = "another program";
        _service.TagsOf("Users")["stage"] = "production";
        _service.TagsPerPage = 1;
        _service.Requests.Clear();

        await EnsureAsync(Required);

        _service.Changes.Should().Equal("TagResource Users stage");
        _service.TagsOf("Users").Should().Equal(
            new Dictionary<string, string> { ["team"] = "identity", ["stage"] = "test", ["owner"] = "another program" });
    }

    [Fact]
    public async Task Only_the_direction_whose_warm_throughput_is_too_low_is_raised()
    {
        await EnsureAsync(new UserStoreOptions());
        _service["Users"].WarmThroughput.ReadUnitsPerSecond = 90_000;
        _service["Users"].GlobalSecondaryIndexes[0].WarmThroughput.WriteUnitsPerSecond = 30_000;

        await EnsureAsync(Required);

        TableWarmThroughputDescription table = _service["Users"].WarmThroughput;
        GlobalSecondaryIndexWarmThroughputDescription index = _service["Users"].GlobalSecondaryIndexes[0].WarmThroughput;
        (table.ReadUnitsPerSecond, table.WriteUnitsPerSecond).Should().Be((90_000, 4_500));
        (index.ReadUnitsPerSecond, index.WriteUnitsPerSecond).Should().Be((15_000, 30_000));
    }

    [Theory]
    [InlineData("1234", KeyArn, true)]
    [InlineData(KeyArn, KeyArn, true)]
    [InlineData("234", KeyArn, false)]
    [InlineData("alias/users", KeyArn, true)]
    [InlineData("arn:aws:kms:eu-central-1:123456789012:alias/users", KeyArn, true)]
    [InlineData("alias/aws/dynamodb", KeyArn, true)]
    [InlineData("alias/aws/dynamodb", null, false)]
    [InlineData("alias/users", null, false)]
    public async Task A_key_is_changed_only_where_the_table_shows_that_it_is_another_one(string required, string? actual, bool isRight)
    {
        UserStoreOptions options = new() { UniqueEmails = false };
        await EnsureAsync(options);
        if (actual is not null)
            _service["Users"].SSEDescription = new SSEDescription { SSEType = SSEType.KMS, Status = SSEStatus.ENABLED, KMSMasterKeyArn = actual };
        _service.Requests.Clear();

        options.EncryptionKey = required;
        await EnsureAsync(options);

        // The key that AWS manages is the default of the service, which rejects its name.
        string sent = required == "alias/aws/dynamodb" ? "" : $" {required}";
        _service.Changes.Should().Equal(isRight ? [] : [$"UpdateTable Users +key{sent}"]);
    }

    [Fact]
    public async Task A_maximum_of_a_provisioned_table_is_reported_without_a_request()
    {
        await EnsureAsync(new UserStoreOptions { BillingMode = TableBillingMode.Provisioned });
        _service.Requests.Clear();

        Func<Task> ensure = () => EnsureAsync(new UserStoreOptions { MaxReadRequestUnits = 100 });

        (await ensure.Should().ThrowAsync<UserStoreSchemaException>()).WithMessage("Table 'Users': has provisioned capacity, but *on-demand*");
        _service.Changes.Should().BeEmpty();
    }

    [Fact]
    public async Task An_index_that_is_added_has_the_throughput_of_the_options()
    {
        await EnsureAsync(new UserStoreOptions { UniqueEmails = false });
        _service["Users"].GlobalSecondaryIndexes.RemoveAll(index => index.IndexName == "status-index");
        _service.Requests.Clear();

        await EnsureAsync(new UserStoreOptions { UniqueEmails = false, MaxReadRequestUnits = 20_000, WarmWriteUnitsPerSecond = 4_500 });

        _service.Changes.Should().NotContain(change => change.EndsWith("of status-index"));
        GlobalSecondaryIndexDescription added = _service["Users"].GlobalSecondaryIndexes.Single(index => index.IndexName == "status-index");
        (added.OnDemandThroughput.MaxReadRequestUnits, added.WarmThroughput.WriteUnitsPerSecond).Should().Be((20_000, 4_500));
    }

    [Fact]
    public async Task A_table_is_changed_only_after_the_change_of_its_key_has_ended()
    {
        UserStoreOptions options = Required;
        options.UniqueEmails = false;
        await EnsureAsync(options);
        _service["Users"].DeletionProtectionEnabled = false;
        _service["Users"].SSEDescription.Status = SSEStatus.UPDATING;
        int looks = 0;
        _service.Requests.Clear();
        _service.Before = request =>
        {
            if (request is DescribeTableRequest && ++looks == 3)
                _service["Users"].SSEDescription.Status = SSEStatus.ENABLED;
        };

        await EnsureAsync(options);

        _service.Requests.Take(4).Should().Equal("DescribeTable", "DescribeTable", "DescribeTable", "DescribeTimeToLive");
        _service.Changes.Should().Equal("UpdateTable Users +protection");
    }

    [Fact]
    public async Task Warming_up_is_not_waited_for()
    {
        await EnsureAsync(new UserStoreOptions { UniqueEmails = false });
        _service.After = request =>
        {
            if (request is UpdateTableRequest { WarmThroughput: not null })
                (_service["Users"].WarmThroughput.Status, _service["Users"].WarmThroughput.ReadUnitsPerSecond) = (TableStatus.UPDATING, 12_000);
        };
        _service.Requests.Clear();

        await EnsureAsync(new UserStoreOptions { UniqueEmails = false, WarmReadUnitsPerSecond = 15_000 });

        _service.Changes.Should().Equal(
            "UpdateTable Users +warm", "UpdateTable Users +warm of email-index", "UpdateTable Users +warm of status-index");
    }

    [Fact]
    public async Task A_table_whose_key_cannot_be_used_is_reported_at_once()
    {
        await EnsureAsync(Required);
        _service["Users"].TableStatus = TableStatus.INACCESSIBLE_ENCRYPTION_CREDENTIALS;

        Func<Task> ensure = () => EnsureAsync(Required);

        (await ensure.Should().ThrowAsync<UserStoreSchemaException>()).WithMessage("*DynamoDB cannot use its KMS key. Enable the key*");
    }

    private Task EnsureAsync(UserStoreOptions options) => new DynamoDbUserStore<User>(_service.Client, options).EnsureTablesAsync();

    private void AssertSettings(string name) => AssertSettings(name, _service);

    /// <summary>Asserts that a table has the required settings.</summary>
    internal static void AssertSettings(string name, TableService service)
    {
        TableDescription table = service[name];
        table.DeletionProtectionEnabled.Should().BeTrue();
        table.SSEDescription.KMSMasterKeyArn.Should().Be(KeyArn);
        table.TableClassSummary.TableClass.Should().Be(TableClass.STANDARD_INFREQUENT_ACCESS);
        (table.OnDemandThroughput.MaxReadRequestUnits, table.OnDemandThroughput.MaxWriteRequestUnits).Should().Be((20_000, 5_000));
        (table.WarmThroughput.ReadUnitsPerSecond, table.WarmThroughput.WriteUnitsPerSecond).Should().Be((15_000, 4_500));
        service.TagsOf(name).Should().Contain("team", "identity").And.Contain("stage", "test");
        service.BackupsOf(name)!.RecoveryPeriodInDays.Should().Be(7);
    }
}
