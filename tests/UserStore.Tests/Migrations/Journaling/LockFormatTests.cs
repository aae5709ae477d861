using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>The item of the lock, as docs/migration-tables.md describes it.</summary>
public sealed class LockFormatTests
{
    private static readonly DateTimeOffset At = new(2030, 1, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Fact]
    public void A_row_reads_back_as_it_was_written()
    {
        LockRow row = Complete();

        LockFormat.FromItem(LockFormat.ToItem(row, "migrations", "id")).Should().BeEquivalentTo(row);
    }

    [Fact]
    public void A_row_has_the_documented_attributes()
    {
        Dictionary<string, AttributeValue> item = LockFormat.ToItem(Complete(), "migrations", "ID");

        item.Keys.Should().BeEquivalentTo("ID", "fence", "revision", "owner", "host", "acquired_at", "renewed_at", "lease_ms", "releases");
        (item["ID"].S, item["fence"].N, item["revision"].N, item["lease_ms"].N).Should().Be(("migrations", "5", "8", "30500"));
        item["releases"].L.Select(release => release.M.Keys.Order().ToArray())
            .Should().BeEquivalentTo([new[] { "at", "host", "owner", "reason" }, ["at", "host", "reason"]], options => options.WithStrictOrdering());
    }

    [Fact]
    public void A_row_without_owner_and_forced_releases_has_only_its_numbers()
        => LockFormat.ToItem(new LockRow { Fence = 5, Revision = 8 }, "migrations", "id").Keys.Should().BeEquivalentTo("id", "fence", "revision");

    [Fact]
    public void The_row_of_another_program_is_held_without_an_owner()
    {
        LockRow row = LockFormat.FromItem(new() { ["id"] = new("migrations") });

        row.Should().BeEquivalentTo(
            new { Fence = 0L, Revision = 0L, Owner = (MigrationLockOwner?)null, Releases = Array.Empty<ForcedRelease>(), IsExternal = true, IsHeld = true });
    }

    [Fact]
    public void Attributes_that_are_missing_do_not_prevent_reading_the_owner()
    {
        LockRow row = LockFormat.FromItem(new()
        {
            ["fence"] = new() { N = "5" },
            ["owner"] = new("run"),
            ["releases"] = new() { L = [new() { M = [] }] },
        });

        row.Owner.Should().Be(new MigrationLockOwner("run", "", default, default, TimeSpan.Zero));
        row.Releases.Should().Equal(new ForcedRelease(null, default, "", ""));
    }

    private static LockRow Complete() => new()
    {
        Fence = 5,
        Revision = 8,
        Owner = new MigrationLockOwner("run", "host/1", At, At.AddSeconds(10), TimeSpan.FromSeconds(30.5)),
        Releases = [new("earlier", At.AddDays(-1), "host/2", "it hung"), new(null, At.AddHours(-1), "host/3", "another program ended")],
    };
}
