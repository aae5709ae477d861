using System.Reflection;
using Microsoft.Extensions.Logging;
using UserStore.Migrations;

namespace UserStore.ServerTests.Privacy;

/// <summary>No value of a user leaves the process by a log, a trace, a metric, an exception, a health check or the command line.</summary>
public sealed class LogWalkTests : ServerTest
{
    // They contain names of tables, hosts and migrations only: of the connection, of the mapping, and of the migration lock.
    private static readonly int[] EventsWithoutUsers = [105, 106, 107, 202, 211, 212, 213, 214, 215, 217, 220, 223, 224];

    // Of the journal and the lock; and of single items of migrations, of which only the name is kept.
    private static readonly Type[] OtherExceptions =
    [
        typeof(MigrationDirtyException), typeof(MigrationJournalException), typeof(MigrationLeaseLostException), typeof(MigrationLockedException),
        typeof(DuplicateUserIdException), typeof(InvalidBackfillChangeException),
    ];

    [Theory]
    [InlineData(UserMapping.Context)]
    [InlineData(UserMapping.Generated)]
    public async Task No_value_of_a_user_is_logged_traced_measured_or_thrown(UserMapping mapping)
    {
        var switches = new MigrationScenes.Switches();
        string prefix = Options.TableNamePrefix;
        await using var walk = new Walk(Client, Wire, prefix, mapping, TimeProvider.System, options => MigrationScenes.Add(options, prefix, switches));
        var migrations = new MigrationScenes(walk, switches);

        await migrations.RunAsync();
        await new StoreScenes(walk).RunAsync();
        await new ReplicationScenes(walk).RunAsync();
        await migrations.LoseTableAsync();

        walk.Output.Findings.Distinct().Should().BeEmpty();
        ShouldBeComplete(walk);
    }

    // So that the walk cannot shrink unseen.
    private static void ShouldBeComplete(Walk walk)
    {
        string[] observed = [.. walk.Output.Observed.Keys];
        EventIds().Except(EventsWithoutUsers).Where(id => !observed.Any(source => source.StartsWith($"log {id} of ", StringComparison.Ordinal)))
            .Should().BeEmpty();
        Type[] exceptions = [.. typeof(User).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(UserStoreException)) && !type.IsAbstract)];
        exceptions.Except(walk.Thrown).Except(OtherExceptions).Should().BeEmpty();
        observed.Should().Contain(
            ["span TransactWriteItems", "health Healthy", "health Unhealthy", "migrate up", "errors of migrate no-command", "metric userstore.retries"]);
    }

    private static IEnumerable<int> EventIds() => typeof(User).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>();
}
