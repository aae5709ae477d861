using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.ServerTests.Migrations;

public sealed class BuiltInMigrationTests : MigrationServerTest
{
    private string External => Bench.StoreOptions.TableNamePrefix + "External";

    [Fact]
    public async Task A_service_starts_without_any_tables()
    {
        Bench.Options.Migrations.AddCreateTables().AddReserveUniqueValues();

        MigrationRun run = await Bench.NewRunner().RunAsync();

        run.Steps.Should().HaveCount(2);
        var store = new DynamoDbUserStore<User>(Client, Bench.StoreOptions);
        User ada = await store.CreateAsync(new User { Email = "ada@example.test" });
        (await store.FindByEmailAsync("ada@example.test", ReadConsistency.Strong)).Should().Be(ada);
    }

    [Fact]
    public async Task Emails_that_an_earlier_version_reserved_in_another_table_are_reserved_after_its_services_are_stopped()
    {
        MigrationBench earlier = Bench.AsOtherVersion();
        earlier.Options.Migrations.AddCreateTables().Add("00000000000002_reserve_emails", (_, _) => Task.CompletedTask);
        await earlier.NewRunner().RunAsync();
        await PutAsync(UsersTable, ("user_id", "fake-1"), ("email", "fake@example.test"));
        Bench.Options.Migrations.AddCreateTables().AddReserveUniqueValues();

        MigrationPlan plan = await Bench.NewRunner().PlanAsync();
        await Bench.NewRunner().RunAsync();
        MigrationPlan idle = await Bench.NewRunner().PlanAsync();

        plan.Warnings.Should().ContainSingle().Which.Should().Contain("Stop all services of that version before the run");
        (idle.Steps.Count, idle.Warnings.Count).Should().Be((0, 0));
        (await new DynamoDbUserStore<User>(Client, Bench.StoreOptions).FindByEmailAsync("fake@example.test", ReadConsistency.Strong))!
            .UserId.Should().Be("fake-1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_migration_that_receives_no_response_names_the_address_of_the_server(bool isPlan)
    {
        Bench.StoreOptions.Retry.Timeout = TimeSpan.Zero;
        Bench.Options.Migrations.Add("1_opens", (context, token) => context.OpenStore<User>().FindByAsync(
            user => user.Email, "fake@example.test", cancellationToken: token));
        Wire.Next(WireFault.Reset, "Query", count: 100);

        Func<Task> run = () => isPlan ? Bench.NewRunner().PlanAsync() : Bench.NewRunner().RunAsync();

        (await run.Should().ThrowAsync<MigrationFailedException>()).WithInnerException<UserStoreUnavailableException>()
            .Which.Message.Should().Contain($"no usable response was received from {Server.Client.Config.ServiceURL}");
    }

    [Fact]
    public async Task Tables_are_deleted_only_when_requested()
    {
        Bench.Options.Migrations.AddCreateTables();
        MigrationBench deleting = Bench.AsOtherVersion();
        deleting.Options.Migrations.AddCreateTables(undoBehavior: TableUndoBehavior.Delete);
        await Bench.NewRunner().RunAsync();

        (await Bench.Invoking(bench => bench.NewRunner().RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationPlanException>())
            .Which.Error.Should().Be(MigrationPlanError.NotUndoable);
        (await deleting.Invoking(bench => bench.NewRunner().RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationPlanException>())
            .Which.Error.Should().Be(MigrationPlanError.NotPermitted);
        (await TableNamesAsync()).Should().Contain(UsersTable);
        deleting.Options.AllowReset = true;
        await deleting.NewRunner().RunAsync(MigrationPlanner.Undo);

        await Server.Client.Invoking(client => client.DescribeTableAsync(UsersTable)).Should().ThrowAsync<ResourceNotFoundException>();
    }

    [Fact]
    public async Task Tables_with_deletion_protection_are_not_deleted_and_the_failure_says_what_to_do()
    {
        Bench.StoreOptions.DeletionProtection = true;
        Bench.Options.AllowReset = true;
        Bench.Options.Migrations.AddCreateTables(undoBehavior: TableUndoBehavior.Delete);
        await Bench.NewRunner().RunAsync();

        MigrationFailedException failed = (await Bench.Invoking(
            bench => bench.NewRunner().RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationFailedException>()).Which;

        failed.InnerException.Should().BeOfType<UserStoreSchemaException>().Which.Message.Should().Match(
            "Table '*Users': has deletion protection and was not deleted. To delete the table with all its items, disable its deletion "
            + "protection first.");
        (await TableNamesAsync()).Should().Contain([UsersTable, $"{UsersTable[..^"Users".Length]}UserReservations"]);
    }

    [Fact]
    public async Task A_dry_run_records_the_protection_of_tables()
    {
        (Bench.StoreOptions.DeletionProtection, Bench.StoreOptions.UniqueEmails) = (true, false);
        Bench.Options.Migrations.AddCreateTables();

        MigrationPlan created = await Bench.NewRunner().PlanAsync();
        Bench.StoreOptions.DeletionProtection = false;
        await CreateUsersAsync();
        Bench.StoreOptions.DeletionProtection = true;
        MigrationPlan existing = await Bench.NewRunner().PlanAsync();

        created.Requests.Select(request => request.Operation).Should().Equal("CreateTable", "UpdateTimeToLive");
        existing.Requests.Select(request => request.Operation).Should().Equal("UpdateTable");
    }

    [Fact]
    public async Task Emails_of_existing_users_are_reserved_and_conflicts_are_reported()
    {
        await CreateUsersAsync();
        for (int i = 0; i < 150; i++)
            await PutAsync(UsersTable, ("user_id", $"fake-{i:000}"), ("email", $"User{i}@example.test"));
        await PutAsync(UsersTable, ("user_id", "fake-other"), ("email", "user7@example.test"));
        Bench.Options.Migrations.AddReserveUniqueValues();

        MigrationFailedException failed = (
            await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationFailedException>()).Which;
        failed.Message.Should().ContainAny("fake-007", "fake-other").And.NotContain("@");
        failed.InnerException!.Message.Should().Contain("could not reserve 1 value: Email of '").And.Contain("choose who keeps it");
        await Server.Client.DeleteItemAsync(UsersTable, new() { ["user_id"] = new("fake-other") });
        await Bench.NewRunner().RunAsync();

        (await ScanAsync(Bench.StoreOptions.TableNamePrefix + "UserReservations")).Should().HaveCount(150);
    }

    [Fact]
    public async Task Emails_are_not_reserved_in_a_store_without_unique_emails()
    {
        Bench.StoreOptions.UniqueEmails = false;
        Bench.Options.Migrations.AddReserveUniqueValues();

        (await Bench.Invoking(bench => bench.NewRunner().RunAsync()).Should().ThrowAsync<MigrationFailedException>())
            .Which.InnerException.Should().BeOfType<InvalidMigrationException>();
    }

    // The tables of three programs: a stream sample, a quick start, and a web service.
    [Fact]
    public async Task A_table_with_the_email_as_key_is_imported()
    {
        await CreateExternalTableAsync(External, "email");
        await Server.Client.PutItemAsync(External, new()
        {
            ["email"] = new("Bo@Example.test"),
            ["state"] = new("Ohio"),
            ["city"] = new("Cleveland"),
            ["zipcode"] = new() { N = "44101" },
            ["active"] = new() { BOOL = true },
        });
        await PutAsync(External, ("email", "cy@example.test"), ("city", "Ames"));

        await ImportAsync(new ExternalTable
        {
            TableName = External,
            Convert = item => item["status"] = new(
                item.Remove("active", out AttributeValue? active) && active.BOOL == true ? "active" : "suspended"),
        });

        var store = new DynamoDbUserStore<User>(Client, Bench.StoreOptions);
        User bo = (await store.FindByEmailAsync("bo@example.test", ReadConsistency.Strong))!;
        (bo.Status, bo.Version, Guid.TryParse(bo.UserId, out Guid id), id.Version).Should().Be(("active", 1, true, 8));
        (await store.FindByEmailAsync("cy@example.test", ReadConsistency.Strong))!.Status.Should().Be("suspended");
        Dictionary<string, AttributeValue> item = (await ScanAsync(UsersTable)).Single(item => item["user_id"].S == bo.UserId);
        (item["city"].S, item["zipcode"].N, item.ContainsKey("active")).Should().Be(("Cleveland", "44101", false));
    }

    [Fact]
    public async Task Tables_with_other_key_and_attribute_names_are_imported()
    {
        await CreateExternalTableAsync(External, "userId");
        await PutAsync(External, ("userId", "123"), ("name", "John"), ("email", "john@example.test"));
        await CreateExternalTableAsync(External + "2", "id");
        await PutAsync(External + "2", ("id", "a-b-c"), ("createdAt", "2024-05-06T07:08:09.123Z"), ("name", "Eve"));

        await ImportAsync(new ExternalTable { TableName = External, Attributes = { ["userId"] = "user_id" } });
        await ImportAsync(
            new ExternalTable { TableName = External + "2", Attributes = { ["id"] = "user_id", ["createdAt"] = "created_at" } }, "2_more");

        var store = new DynamoDbUserStore<User>(Client, Bench.StoreOptions);
        (await store.GetAsync("123")).Should().BeEquivalentTo(
            new { Name = "John", Email = "john@example.test", Status = UserStatus.Active });
        (await store.GetAsync("a-b-c")).CreatedAt.Should().Be(new DateTimeOffset(2024, 5, 6, 7, 8, 9, 123, TimeSpan.Zero));
        (await store.QueryByStatusAsync(UserStatus.Active).ReadAllAsync()).Should().HaveCount(2);
    }

    [Fact]
    public async Task Each_item_is_imported_once_despite_lost_responses()
    {
        await CreateExternalTableAsync(External, "id");
        for (int i = 0; i < 60; i++)
            await PutAsync(External, ("id", $"fake-{i:000}"), ("email", $"user{i}@example.test"), ("plan", "gold"));
        IUserStore<User> users = await CreateUsersAsync();
        await users.CreateAsync(new User { UserId = "fake-007", Name = "Here already" });
        var table = new ExternalTable { TableName = External, Attributes = { ["id"] = "user_id" } };
        Wire.Randomly(
            seed: 9, share: 0.3, WireFault.LostResponse, WireFault.Throttle, WireFault.InternalServerError, WireFault.TransactionConflict);

        await ImportAsync(table);
        await ImportAsync(table, "2_again");

        Wire.Clear();
        List<Dictionary<string, AttributeValue>> items = await ScanAsync(UsersTable);
        items.Should().HaveCount(60).And.OnlyContain(item => item["version"].N == "1");
        items.Count(item => item.ContainsKey("plan")).Should().Be(59);
        (await users.GetAsync("fake-007")).Name.Should().Be("Here already");
        (await new DynamoDbUniqueValueAudit<User>(Server.Client, Bench.StoreOptions).CheckAsync().ReadAllAsync())
            .SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task Items_that_have_expired_are_imported_as_they_are()
    {
        await CreateExternalTableAsync(External, "user_id");
        await Server.Client.PutItemAsync(External, new()
        {
            ["user_id"] = new("fake-1"),
            ["email"] = new("ada@example.test"),
            ["expires_at"] = new() { N = "1000000000" },
        });
        await PutAsync(External, ("user_id", "fake-2"));

        await ImportAsync(new ExternalTable { TableName = External });

        (await ScanAsync(UsersTable)).Should().HaveCount(2).And.ContainSingle(item => item.ContainsKey("expires_at"))
            .Which["expires_at"].N.Should().Be("1000000000");
        var store = new DynamoDbUserStore<User>(Client, Bench.StoreOptions);
        (await store.ListAsync().ReadAllAsync()).Should().ContainSingle().Which.UserId.Should().Be("fake-2");
    }

    [Fact]
    public async Task Items_that_cannot_be_users_are_poison()
    {
        await CreateExternalTableAsync(External, "id");
        await PutAsync(External, ("id", "fake-1"), ("email", "ada@example.test"));
        await PutAsync(External, ("id", "fake-2"), ("createdAt", "yesterday"));
        await PutAsync(External, ("id", "fake-3"), ("email", "ada@example.test"));

        await ImportAsync(new ExternalTable
        {
            TableName = External,
            Attributes = { ["id"] = "user_id", ["createdAt"] = "created_at" },
            Options = new BackfillOptions { MaxPoisonItems = 2 },
        });

        (await ScanAsync(UsersTable)).Should().ContainSingle();
        Dictionary<string, AttributeValue>[] poison = [.. (await ScanAsync(LockTable)).Where(item => item.ContainsKey("error"))];
        poison.Should().HaveCount(2).And.Contain(item => item["key"].M["id"].S == "fake-2");
        poison.Should().OnlyContain(item => !item["error"].S.Contains("yesterday") && !item["error"].S.Contains('@'));
    }

    [Fact]
    public async Task Importing_the_users_table_itself_or_a_missing_table_fails()
    {
        Func<Task> self = () => ImportAsync(new ExternalTable { TableName = UsersTable });
        Func<Task> missing = () => ImportAsync(new ExternalTable { TableName = External });

        (await self.Should().ThrowAsync<MigrationFailedException>()).Which.InnerException.Should().BeOfType<InvalidMigrationException>();
        (await missing.Should().ThrowAsync<MigrationFailedException>()).Which.InnerException.Should().BeOfType<UserStoreSchemaException>();
    }

    private async Task ImportAsync(ExternalTable table, string id = "1_import")
    {
        await CreateUsersAsync();
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.AddImport(id, table);
        bench.Options.Missing = MigrationPolicy.Allow;
        await bench.NewRunner().RunAsync();
    }
}
