using System.Text.Json;
using UserStore.Schema;

namespace UserStore.Tests.Schema;

public sealed class UserStorePolicyTests
{
    private static readonly UserStoreSchema Schema = UserStoreSchema.For<User>(new UserStoreOptions { TableNamePrefix = "test-" });

    [Fact]
    public void The_document_contains_complete_actions_and_resources()
    {
        string policy = UserStorePolicy.Create(Schema, UserStoreRole.ReadOnly, new() { AccountId = "123456789012", Region = "eu-central-1" });

        JsonElement root = JsonDocument.Parse(policy).RootElement;
        root.GetProperty("Version").GetString().Should().Be("2012-10-17");
        JsonElement[] statements = [.. root.GetProperty("Statement").EnumerateArray()];
        statements.Select(statement => statement.GetProperty("Sid").GetString()).Should().Equal("Users", "UsersIndexes", "Reservations");
        statements.Should().OnlyContain(statement => statement.GetProperty("Effect").GetString() == "Allow");
        Texts(statements[0], "Action").Should().Equal(
            "dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:GetItem", "dynamodb:Scan");
        Texts(statements[0], "Resource").Should().Equal("arn:aws:dynamodb:eu-central-1:123456789012:table/test-Users");
        Texts(statements[1], "Action").Should().Equal("dynamodb:Query");
        Texts(statements[1], "Resource").Should().Equal(
            "arn:aws:dynamodb:eu-central-1:123456789012:table/test-Users/index/email-index",
            "arn:aws:dynamodb:eu-central-1:123456789012:table/test-Users/index/status-index");
        policy.Should().NotContain("*");
    }

    [Fact]
    public void Names_follow_prefix_index_names_and_partition_and_disabled_parts_are_omitted()
    {
        UserStoreSchema schema = UserStoreSchema.For<User>(new UserStoreOptions
        {
            TableNamePrefix = "test-",
            UniqueEmails = false,
            EnableTimeToLive = false,
            IndexNames = { ["status-index"] = "by-status" },
        });

        string policy = UserStorePolicy.Create(
            schema, UserStoreRole.ReadWrite, new() { AccountId = "123456789012", Region = "us-gov-west-1", Partition = "aws-us-gov" });

        policy.Should().Contain("arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/test-Users/index/by-status")
            .And.NotContain("Reservations").And.NotContain("TimeToLive").And.NotContain("ConditionCheckItem");
    }

    [Fact]
    public void Deleting_tables_is_allowed_only_when_requested()
    {
        UserStorePolicyOptions options = new() { AccountId = "123456789012", Region = "eu-central-1", Migrations = Schema.MigrationTables() };

        string policy = UserStorePolicy.Create(Schema, UserStoreRole.Migrations, options);
        options.AllowTableDeletion = true;
        string deleting = UserStorePolicy.Create(Schema, UserStoreRole.Migrations, options);

        policy.Should().Contain("table/test-_migrations\"").And.Contain("table/test-_migrations-lock\"").And.NotContain("DeleteTable");
        deleting.Should().Contain("DeleteTable");
    }

    [Theory]
    [InlineData(UserStoreRole.ReadOnly, "DescribeContinuousBackups")]
    [InlineData(UserStoreRole.ReadWrite, "DescribeContinuousBackups")]
    [InlineData(UserStoreRole.Migrations, "DescribeContinuousBackups", "UpdateContinuousBackups")]
    public void Continuous_backups_of_the_tables_of_the_store_are_allowed_only_if_the_options_require_them(UserStoreRole role, params string[] actions)
    {
        UserStoreSchema backedUp = UserStoreSchema.For<User>(
            new UserStoreOptions { TableNamePrefix = "test-", PointInTimeRecovery = true, DeletionProtection = true });
        UserStorePolicyOptions options = new() { AccountId = "123456789012", Region = "eu-central-1", Migrations = Schema.MigrationTables() };
        options.Replications.Add(backedUp.ReplicationTo<UserStoreSchemaTests.Ranked>());

        string without = UserStorePolicy.Create(Schema, role, options);
        JsonElement[] statements = [.. JsonDocument.Parse(UserStorePolicy.Create(backedUp, role, options)).RootElement
            .GetProperty("Statement").EnumerateArray()];

        without.Should().NotContain("ContinuousBackups");
        foreach (JsonElement statement in statements)
        {
            string sid = statement.GetProperty("Sid").GetString()!;
            Texts(statement, "Action").Where(action => action!.EndsWith("ContinuousBackups", StringComparison.Ordinal)).Should().Equal(
                sid is "Users" or "Reservations" ? actions.Select(action => $"dynamodb:{action}") : []);
            if (sid == "Reservations")
                Texts(statement, "Action").Contains("dynamodb:UpdateTable").Should().Be(role == UserStoreRole.Migrations);
        }
    }

    [Theory]
    [InlineData(UserStoreRole.ReadOnly, "ListTagsOfResource")]
    [InlineData(UserStoreRole.ReadWrite, "ListTagsOfResource")]
    [InlineData(UserStoreRole.Migrations, "ListTagsOfResource", "TagResource")]
    public void Tags_of_the_tables_of_the_store_are_allowed_only_if_the_options_have_some(UserStoreRole role, params string[] actions)
    {
        UserStoreSchema tagged = UserStoreSchema.For<User>(new UserStoreOptions { TableNamePrefix = "test-", Tags = { ["team"] = "identity" } });
        UserStorePolicyOptions options = new() { AccountId = "123456789012", Region = "eu-central-1", Migrations = Schema.MigrationTables() };

        string without = UserStorePolicy.Create(Schema, role, options);
        JsonElement[] statements = [.. JsonDocument.Parse(UserStorePolicy.Create(tagged, role, options)).RootElement
            .GetProperty("Statement").EnumerateArray()];

        without.Should().NotContain("Tag");
        foreach (JsonElement statement in statements)
        {
            Texts(statement, "Action").Where(action => action!.Contains("Tag", StringComparison.Ordinal)).Should().Equal(
                statement.GetProperty("Sid").GetString() is "Users" or "Reservations" ? actions.Select(action => $"dynamodb:{action}") : []);
        }
    }

    public static TheoryData<UserStoreOptions> Updated =>
    [
        new UserStoreOptions { TableNamePrefix = "test-", EncryptionKey = "1234" },
        new UserStoreOptions { TableNamePrefix = "test-", TableClass = TableStorageClass.Standard },
        new UserStoreOptions { TableNamePrefix = "test-", MaxReadRequestUnits = 1 },
        new UserStoreOptions { TableNamePrefix = "test-", MaxWriteRequestUnits = 1 },
        new UserStoreOptions { TableNamePrefix = "test-", WarmReadUnitsPerSecond = 12_000 },
        new UserStoreOptions { TableNamePrefix = "test-", WarmWriteUnitsPerSecond = 4_000 },
    ];

    [Theory]
    [MemberData(nameof(Updated))]
    public void Updates_of_the_table_of_reservations_are_allowed_only_to_migrations_and_if_a_setting_requires_them(UserStoreOptions updated)
    {
        UserStorePolicyOptions options = new() { AccountId = "123456789012", Region = "eu-central-1", Migrations = Schema.MigrationTables() };

        foreach (UserStoreRole role in new[] { UserStoreRole.ReadWrite, UserStoreRole.Migrations })
        {
            foreach ((UserStoreSchema schema, bool isUpdated) in new[] { (Schema, false), (UserStoreSchema.For<User>(updated), true) })
            {
                JsonElement reservations = JsonDocument.Parse(UserStorePolicy.Create(schema, role, options)).RootElement
                    .GetProperty("Statement").EnumerateArray().Single(statement => statement.GetProperty("Sid").GetString() == "Reservations");
                Texts(reservations, "Action").Contains("dynamodb:UpdateTable").Should().Be(isUpdated && role == UserStoreRole.Migrations);
            }
        }
    }

    public static TheoryData<UserStoreRole, UserStorePolicyOptions, string> Wrong => new()
    {
        { UserStoreRole.ReadOnly, new() { AccountId = "1234", Region = "eu-central-1" }, "AccountId is '1234', but must be 12 digits*" },
        { UserStoreRole.ReadOnly, new() { AccountId = null!, Region = "eu-central-1" }, "AccountId*" },
        { UserStoreRole.ReadOnly, new() { AccountId = "12345678901*", Region = "eu-central-1" }, "AccountId*" },
        { UserStoreRole.ReadOnly, new() { AccountId = "123456789012", Region = "*" }, "Region is '\\*'*" },
        { UserStoreRole.ReadOnly, new() { AccountId = "123456789012", Region = null! }, "Region*" },
        { UserStoreRole.ReadOnly, new() { AccountId = "123456789012", Region = "eu-central-1", Partition = "azure" }, "Partition is 'azure'*aws-cn*" },
        { UserStoreRole.Migrations, new() { AccountId = "123456789012", Region = "eu-central-1" }, "Migrations is null*" },
        { UserStoreRole.Replication, new() { AccountId = "123456789012", Region = "eu-central-1" }, "Replications is empty*" },
        { UserStoreRole.Migrations, new() { AccountId = "123456789012", Region = "eu-central-1", ImportedTables = { "*" } }, "ImportedTables has '\\*'*" },
        { (UserStoreRole)9, new() { AccountId = "123456789012", Region = "eu-central-1" }, "The role is '9'*" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Invalid_options_are_rejected_by_name(UserStoreRole role, UserStorePolicyOptions options, string message)
    {
        Action create = () => UserStorePolicy.Create(Schema, role, options);

        create.Should().Throw<ArgumentException>().WithMessage(message.Replace("\\*", "?"));
    }

    private static IEnumerable<string?> Texts(JsonElement statement, string name)
        => statement.GetProperty(name).EnumerateArray().Select(value => value.GetString());
}
