using Amazon.DynamoDBv2.DataModel;
using UserStore.Replication;
using UserStore.Schema;

namespace UserStore.Tests.Schema;

public sealed class UserStoreSchemaTests
{
    [Fact]
    public void The_tables_follow_the_type_and_the_options()
    {
        var options = new UserStoreOptions
        {
            TableNamePrefix = "test-",
            StreamViewType = TableStreamViewType.NewAndOldImages,
            IndexNames = { ["status-index"] = "users-by-status" },
        };

        UserStoreSchema schema = UserStoreSchema.For<User>(options);

        schema.Tables.Should().Equal(schema.Users, schema.Reservations!);
        schema.Users.Should().BeEquivalentTo(new TableDefinition("test-Users", new KeyDefinition("user_id", "S"), null,
        [
            new IndexDefinition("email-index", new KeyDefinition("email", "S"), null),
            new IndexDefinition("users-by-status", new KeyDefinition("status", "S"), new KeyDefinition("created_at", "S")),
        ])
        { StreamViewType = TableStreamViewType.NewAndOldImages, TimeToLiveAttribute = "expires_at" });
        schema.Reservations.Should().BeEquivalentTo(new TableDefinition("test-UserReservations", new KeyDefinition("reservation", "S"), null, []));
    }

    [Fact]
    public void A_store_without_unique_emails_has_one_table()
    {
        UserStoreSchema schema = UserStoreSchema.For<User>(new UserStoreOptions { UniqueEmails = false, EnableTimeToLive = false });

        schema.Reservations.Should().BeNull();
        schema.Tables.Should().Equal(schema.Users);
        schema.Users.TimeToLiveAttribute.Should().BeNull();
    }

    [Fact]
    public void A_replication_has_a_target_with_a_composite_key_and_guards_that_expire()
    {
        UserStoreSchema schema = UserStoreSchema.For<User>(new UserStoreOptions { TableNamePrefix = "test-" });

        ReplicationDefinition replication = schema.ReplicationTo<Ranked>(new UserReplicationOptions { TargetTable = "ByRank" });

        replication.Target.Should().BeEquivalentTo(new TableDefinition(
            "test-ByRank", new KeyDefinition("country", "S"), new KeyDefinition("rank", "N"),
            [new IndexDefinition("by-rank", new KeyDefinition("rank", "N"), null)]));
        replication.Guards.Should().BeEquivalentTo(
            new TableDefinition("test-ByRankGuards", new KeyDefinition("user_id", "S"), null, []) { TimeToLiveAttribute = "expires_at" });
    }

    [Fact]
    public void Protection_of_tables_is_that_of_the_options_and_only_for_the_tables_of_the_store()
    {
        UserStoreSchema schema = UserStoreSchema.For<User>(new UserStoreOptions { DeletionProtection = true, PointInTimeRecovery = true });
        ReplicationDefinition replication = schema.ReplicationTo<Ranked>();
        MigrationDefinition migrations = schema.MigrationTables();

        schema.Tables.Should().HaveCount(2).And.OnlyContain(table => table.DeletionProtection && table.PointInTimeRecovery);
        new[] { replication.Target, replication.Guards, migrations.Journal, migrations.Lock }
            .Should().OnlyContain(table => !table.DeletionProtection && !table.PointInTimeRecovery);
    }

    [Fact]
    public void Settings_of_tables_are_those_of_the_options_and_only_for_the_tables_of_the_store()
    {
        UserStoreSchema schema = UserStoreSchema.For<User>(new UserStoreOptions
        {
            PointInTimeRecoveryDays = 7,
            EncryptionKey = "1234",
            TableClass = TableStorageClass.Standard,
            MaxReadRequestUnits = 1,
            MaxWriteRequestUnits = 2,
            WarmReadUnitsPerSecond = 3,
            WarmWriteUnitsPerSecond = 4,
            Tags = { ["team"] = "identity" },
        });
        ReplicationDefinition replication = schema.ReplicationTo<Ranked>();
        MigrationDefinition migrations = schema.MigrationTables();

        schema.Tables.Should().HaveCount(2).And.AllSatisfy(table => SettingsOf(table).Should().Be((7, "1234", TableStorageClass.Standard, 1, 2, 3, 4, "team")));
        new[] { replication.Target, replication.Guards, migrations.Journal, migrations.Lock }
            .Should().AllSatisfy(table => SettingsOf(table).Should().Be(default((int?, string?, TableStorageClass?, int?, int?, int?, int?, string?))));

        static (int?, string?, TableStorageClass?, int?, int?, int?, int?, string?) SettingsOf(TableDefinition table) => (
            table.PointInTimeRecoveryDays, table.EncryptionKey, table.TableClass, table.MaxReadRequestUnits, table.MaxWriteRequestUnits,
            table.WarmReadUnitsPerSecond, table.WarmWriteUnitsPerSecond, table.Tags.Keys.SingleOrDefault());
    }

    [DynamoDBTable("Ranked")]
    public sealed class Ranked
    {
        [DynamoDBHashKey("country")]
        public string Country { get; set; } = "";

        [DynamoDBRangeKey("rank")]
        [DynamoDBGlobalSecondaryIndexHashKey("by-rank")]
        public long Rank { get; set; }
    }
}
