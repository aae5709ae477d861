using Amazon.DynamoDBv2.Model;
using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

/// <summary>The base of tests of a backfill that converts the names of users to uppercase.</summary>
public abstract class BackfillTest : MigrationServerTest
{
    protected Backfill Shouting() => new() { Name = "shout", TableName = UsersTable, Transform = (item, _) => Shout(item) };

    protected static ValueTask Shout(BackfillItem item)
    {
        item["name"] = new AttributeValue(item["name"].S.ToUpperInvariant());
        return ValueTask.CompletedTask;
    }

    protected static bool IsShouted(string name) => !name.Any(char.IsLower);
}
