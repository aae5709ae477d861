using Amazon.DynamoDBv2;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.Testing;

namespace UserStore.Tests.Migrations;

/// <summary>Invalid arguments of a migration are rejected before a request is sent.</summary>
public sealed class MigrationContextTests
{
    private static readonly Backfill Right = new() { Name = "fill", TableName = "Users", Transform = (_, _) => ValueTask.CompletedTask };

    public static TheoryData<string, Backfill> WrongBackfills => new()
    {
        { "no name", Right with { Name = "" } },
        { "a long name", Right with { Name = new string('x', 101) } },
        { "no table", Right with { TableName = "" } },
        { "no segment", Right with { Options = new BackfillOptions { TotalSegments = 0 } } },
        { "a large page", Right with { Options = new BackfillOptions { PageSize = 1001 } } },
        { "much concurrency", Right with { Options = new BackfillOptions { MaxConcurrency = 33 } } },
        { "negative poison", Right with { Options = new BackfillOptions { MaxPoisonItems = -1 } } },
        { "no read units", Right with { Options = new BackfillOptions { ReadUnitsPerSecond = 0 } } },
        { "write units that are no number", Right with { Options = new BackfillOptions { WriteUnitsPerSecond = double.NaN } } },
    };

    [Theory]
    [MemberData(nameof(WrongBackfills))]
    public async Task Invalid_options_of_a_backfill_are_rejected(string mistake, Backfill backfill)
        => await CreateContext().Invoking(context => context.BackfillAsync(backfill)).Should().ThrowAsync<ArgumentException>(mistake);

    [Fact]
    public async Task A_stream_without_view_type_is_rejected()
        => await CreateContext().Invoking(context => context.EnableStreamAsync("Users", TableStreamViewType.None)).Should().ThrowAsync<ArgumentException>();

    [Fact]
    public async Task A_table_without_a_name_is_rejected()
        => await CreateContext().Invoking(context => context.DeleteTableAsync("")).Should().ThrowAsync<ArgumentException>();

    private static MigrationContext CreateContext()
    {
        var schema = new StoreSchema(UserModel.For<User>(new UserStoreOptions()), new UserStoreOptions());
        var journal = new InMemoryMigrationJournal();
        var target = new MigrationTarget(
            new MigrationStoreAccess<User>(schema, TimeProvider.System, NullLogger.Instance), journal, journal, journal, Mock.Of<IAmazonDynamoDB>());
        var attempt = new MigrationAttempt(
            new MigrationStep("1_test", MigrationAction.Apply),
            target,
            new Mock<IAmazonDynamoDB>(MockBehavior.Strict).Object,
            new AttemptCheckpoints(journal, lease: null, new MigrationEntry { Id = "1_test" }),
            new RunnerEnvironment("test-host/1", TimeProvider.System, NullLogger.Instance));
        return new MigrationContext(attempt, TimeSpan.FromMinutes(1));
    }
}
