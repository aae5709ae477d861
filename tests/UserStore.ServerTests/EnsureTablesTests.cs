using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

public sealed class EnsureTablesTests : ServerTest
{
    [Fact]
    public async Task EnsureTablesAsync_creates_the_table_that_the_model_and_the_options_define()
    {
        Options.UsersTable = "People";
        Options.IndexNames["status-index"] = "people-by-status";
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;

        await NewStore().EnsureTablesAsync();

        TableDescription table = await DescribeAsync(Options.TableNamePrefix + "People");
        table.TableStatus.Should().Be(TableStatus.ACTIVE);
        Keys(table.KeySchema).Should().Equal("user_id HASH");
        table.BillingModeSummary.BillingMode.Should().Be(BillingMode.PAY_PER_REQUEST);
        table.StreamSpecification.StreamViewType.Should().Be(StreamViewType.NEW_AND_OLD_IMAGES);
        table.GlobalSecondaryIndexes.Should().OnlyContain(
            index => index.IndexStatus == IndexStatus.ACTIVE && index.Projection.ProjectionType == ProjectionType.ALL);
        table.GlobalSecondaryIndexes.ToDictionary(index => index.IndexName, index => string.Join(", ", Keys(index.KeySchema)))
            .Should().BeEquivalentTo(
                new Dictionary<string, string> { ["email-index"] = "email HASH", ["people-by-status"] = "status HASH, created_at RANGE" });
        TimeToLiveDescription ttl = (await Client.DescribeTimeToLiveAsync(table.TableName)).TimeToLiveDescription;
        (ttl.AttributeName, ttl.TimeToLiveStatus).Should().Be(("expires_at", TimeToLiveStatus.ENABLED));
    }

    [Theory]
    [InlineData(null, null, "UserReservations")]
    [InlineData("People", null, "PeopleReservations")]
    [InlineData("People", "Addresses", "Addresses")]
    public async Task EnsureTablesAsync_creates_the_table_of_reservations(string? users, string? reservations, string expected)
    {
        (Options.UsersTable, Options.ReservationsTable) = (users, reservations);
        (Options.BillingMode, Options.ReadCapacityUnits, Options.WriteCapacityUnits) = (TableBillingMode.Provisioned, 3, 2);
        Options.StreamViewType = TableStreamViewType.KeysOnly;

        await NewStore().EnsureTablesAsync();

        TableDescription table = await DescribeAsync(Options.TableNamePrefix + expected);
        Keys(table.KeySchema).Should().Equal("reservation HASH");
        (table.ProvisionedThroughput.ReadCapacityUnits, table.ProvisionedThroughput.WriteCapacityUnits).Should().Be((3, 2));
        table.GlobalSecondaryIndexes.Should().BeNullOrEmpty();
        (table.StreamSpecification?.StreamEnabled ?? false).Should().BeFalse("only users are followed");
        await Stores.Open<User>(Options).CreateAsync(FakeUsers.Create(1));
    }

    [Fact]
    public async Task EnsureTablesAsync_rejects_a_table_of_reservations_with_another_key()
    {
        await CreateExternalTableAsync(ReservationsTable, key: "address");

        Func<Task> ensure = () => NewStore().EnsureTablesAsync();

        (await ensure.Should().ThrowAsync<UserStoreSchemaException>()).Which.TableName.Should().Be(ReservationsTable);
    }

    [Fact]
    public async Task EnsureTablesAsync_creates_the_indexes_of_a_derived_type_with_their_key_types()
    {
        await Stores.CreateAsync<AppUser>(Options);

        TableDescription table = await DescribeAsync(Table);
        table.GlobalSecondaryIndexes.Select(index => index.IndexName)
            .Should().BeEquivalentTo("email-index", "status-index", "city-index", "city-score-index", "plan-index");
        table.AttributeDefinitions.Single(attribute => attribute.AttributeName == "score").AttributeType.Should().Be(ScalarAttributeType.N);
        table.AttributeDefinitions.Single(attribute => attribute.AttributeName == "plan").AttributeType.Should().Be(ScalarAttributeType.N);
    }

    [Fact]
    public async Task EnsureTablesAsync_creates_provisioned_tables_without_stream_and_time_to_live_when_configured()
    {
        Options.BillingMode = TableBillingMode.Provisioned;
        (Options.ReadCapacityUnits, Options.WriteCapacityUnits) = (3, 2);
        Options.EnableTimeToLive = false;

        await NewStore().EnsureTablesAsync();

        TableDescription table = await DescribeAsync(Table);
        (table.ProvisionedThroughput.ReadCapacityUnits, table.ProvisionedThroughput.WriteCapacityUnits).Should().Be((3, 2));
        table.GlobalSecondaryIndexes.Should().OnlyContain(index => index.ProvisionedThroughput.ReadCapacityUnits == 3);
        (table.StreamSpecification?.StreamEnabled ?? false).Should().BeFalse();
        (await Client.DescribeTimeToLiveAsync(Table)).TimeToLiveDescription.TimeToLiveStatus.Should().Be(TimeToLiveStatus.DISABLED);
    }

    [Fact]
    public async Task EnsureTablesAsync_adds_missing_parts_to_an_existing_table_and_keeps_its_users()
    {
        await CreateExternalTableAsync(Table);
        await Client.PutItemAsync(
            Table,
            new()
            {
                ["user_id"] = new("fake-old"),
                ["email"] = new("old@example.test"),
                ["status"] = new("active"),
                ["created_at"] = new("2020-01-01T00:00:00Z")
            });
        Options.StreamViewType = TableStreamViewType.KeysOnly;

        await NewStore().EnsureTablesAsync();

        DynamoDbUserStore<User> store = Stores.Open<User>(Options);
        (await store.FindByEmailAsync("old@example.test"))!.UserId.Should().Be("fake-old");
        (await store.QueryByStatusAsync("active").ReadAllAsync()).Should().ContainSingle();
        (await DescribeAsync(Table)).StreamSpecification.StreamViewType.Should().Be(StreamViewType.KEYS_ONLY);
        (await Client.DescribeTimeToLiveAsync(Table)).TimeToLiveDescription.TimeToLiveStatus.Should().Be(TimeToLiveStatus.ENABLED);
    }

    [Fact]
    public async Task EnsureTablesAsync_can_run_concurrently_in_several_processes()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => NewStore().EnsureTablesAsync())));

        await Stores.Open<User>(Options).CreateAsync(FakeUsers.Create(1));
    }

    [Fact]
    public async Task EnsureTablesAsync_adds_indexes_to_a_table_with_another_billing_mode_than_configured()
    {
        await Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = Table,
            KeySchema = [new("user_id", KeyType.HASH)],
            AttributeDefinitions = [new("user_id", ScalarAttributeType.S)],
            ProvisionedThroughput = new ProvisionedThroughput(1, 1),
        });

        await NewStore().EnsureTablesAsync();

        (await DescribeAsync(Table)).GlobalSecondaryIndexes.Should().HaveCount(2);
    }

    [Fact]
    public async Task EnsureTablesAsync_rejects_a_table_with_another_key_by_name()
    {
        await CreateExternalTableAsync(Table, key: "id");

        Func<Task> ensure = () => NewStore().EnsureTablesAsync();

        (await ensure.Should().ThrowAsync<UserStoreSchemaException>()).Which.TableName.Should().Be(Table);
    }

    [Theory]
    [InlineData("name", "ALL", "other keys")]
    [InlineData("email", "KEYS_ONLY", "all attributes")]
    public async Task EnsureTablesAsync_rejects_an_index_with_other_keys_or_a_partial_projection_by_name(string key, string projection, string expected)
    {
        await CreateExternalTableAsync(Table, indexes: new GlobalSecondaryIndex
        {
            IndexName = "email-index",
            KeySchema = [new(key, KeyType.HASH)],
            Projection = new Projection { ProjectionType = projection },
        });

        Func<Task> ensure = () => NewStore().EnsureTablesAsync();

        UserStoreSchemaException rejected = (await ensure.Should().ThrowAsync<UserStoreSchemaException>()).Which;
        (rejected.TableName, rejected.IndexName).Should().Be((Table, "email-index"));
        rejected.Message.Should().Contain(expected);
    }

    [Fact]
    public async Task EnsureTablesAsync_rejects_time_to_live_on_another_attribute()
    {
        await CreateExternalTableAsync(Table);
        await Client.UpdateTimeToLiveAsync(new UpdateTimeToLiveRequest
        {
            TableName = Table,
            TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = "ttl", Enabled = true },
        });

        Func<Task> ensure = () => NewStore().EnsureTablesAsync();

        (await ensure.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message.Should().Contain("'ttl'");
    }

    private DynamoDbUserStore<User> NewStore() => new(Client, Options);

    private async Task<TableDescription> DescribeAsync(string table) => (await Client.DescribeTableAsync(table)).Table;

    private static IEnumerable<string> Keys(List<KeySchemaElement> keys) => keys.Select(key => $"{key.AttributeName} {key.KeyType}");
}
