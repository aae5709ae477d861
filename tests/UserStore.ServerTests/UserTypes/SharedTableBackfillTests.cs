using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Migrations;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>Backfills of a users' table that items of other kinds share.</summary>
public sealed class SharedTableBackfillTests() : TypedServerTest<Member>(UserKinds.Member)
{
    [Fact]
    public async Task An_item_that_becomes_another_kind_after_it_was_read_stays_as_it_is()
    {
        await CreateManyAsync(3);
        Dictionary<string, AttributeValue> other = new(KeyModel.ToItem(Key(2))) { ["kind"] = new("order") };
        bool isFirst = true;

        await MigrateAsync("1_fill", migrations => migrations.Add("1_fill", (context, cancellationToken) => context.BackfillAsync(
            new Backfill
            {
                Name = "fill",
                TableName = context.UsersTable,
                Transform = async (item, token) =>
                {
                    item["filled"] = new AttributeValue("yes");
                    if (isFirst && Key(2) == KeyModel.FindIn(item.ToDictionary()))
                    {
                        isFirst = false;
                        await Server.Client.PutItemAsync(UsersTable, other, token);
                    }
                },
            },
            cancellationToken)));

        isFirst.Should().BeFalse();
        (await ReadAsync(Key(2))).Should().BeEquivalentTo(other);
        (await ReadAsync(Key(1)))["filled"].S.Should().Be("yes");
        (await ReadAsync(Key(3)))["filled"].S.Should().Be("yes");
    }
}
