using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Migrations;
using UserStore.ServerTests.UserTypes;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Migrations;

/// <summary>The unique values of users that another program stored are reserved as the store reserves them, whatever the key.</summary>
public abstract class TypedAdoptionTests<TUser>(UserKind<TUser> kind) : TypedServerTest<TUser>(kind)
    where TUser : class
{
    [Fact]
    public async Task Values_are_reserved_as_by_the_store_and_those_of_other_kinds_are_ignored()
    {
        await CreateManyAsync(5);
        await PutOtherKindAsync(likeNumber: 2, number: 50);
        List<Dictionary<string, AttributeValue>> expected = await ScanAsync(Reservations);
        await ForgetReservationsAsync();

        await ReserveAsync();

        (await ScanAsync(Reservations)).Should().HaveCount(5 * Schema.Model.UniqueValues.Count).And.BeEquivalentTo(expected);
        (await FindingsAsync()).Should().BeEmpty();
        Func<Task> taken = () => Store.CreateAsync(Kind.WithUnique(Kind.New(9), Kind.UniqueValue(2)));
        (await taken.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be(Key(2));
    }

    [Fact]
    public async Task Users_with_one_value_are_reported_by_their_keys()
    {
        await CreateManyAsync(3);
        Dictionary<string, AttributeValue> twin = new(await ReadAsync(Key(3)))
        {
            [AttributeOf(Kind.Unique)] = new AttributeValue(Kind.UniqueValue(1)),
        };
        await Server.Client.PutItemAsync(UsersTable, twin);
        await ForgetReservationsAsync();

        MigrationFailedException failed = (await FluentActions.Awaiting(ReserveAsync).Should().ThrowAsync<MigrationFailedException>()).Which;
        await Server.Client.DeleteItemAsync(UsersTable, KeyModel.ToItem(Key(3)));
        await ReserveAsync();

        failed.InnerException!.Message.Should().ContainAny($"'{Key(1)}' and '{Key(3)}'", $"'{Key(3)}' and '{Key(1)}'")
            .And.NotContain($"'{Key(2)}'").And.NotContain(Kind.UniqueValue(1));
        (await FindingsAsync()).Should().BeEmpty();
    }

    private protected async Task ForgetReservationsAsync()
    {
        foreach (Dictionary<string, AttributeValue> reservation in await ScanAsync(Reservations))
            await Server.Client.DeleteItemAsync(Reservations, new() { ["reservation"] = reservation["reservation"] });
    }

    private protected Task ReserveAsync() => MigrateAsync("1_reserve", migrations => migrations.AddReserveUniqueValues("1_reserve"));
}

public sealed class AccountAdoptionTests() : TypedAdoptionTests<Account>(UserKinds.Account);

public sealed class SubscriberAdoptionTests() : TypedAdoptionTests<Subscriber>(UserKinds.Subscriber);

public sealed class VisitorAdoptionTests() : TypedAdoptionTests<Visitor>(UserKinds.Visitor);

public sealed class MemberAdoptionTests() : TypedAdoptionTests<Member>(UserKinds.Member)
{
    [Fact]
    public async Task A_value_in_a_scope_may_occur_in_each_scope_once()
    {
        await PutAsync("tenant-1", "a", "ada");
        await PutAsync("tenant-2", "b", "ada");
        await PutAsync("tenant-2", "c", "bob");
        await ReserveAsync();
        await PutAsync("tenant-2", "d", "bob");
        await ForgetReservationsAsync();

        Func<Task> again = () => MigrateAsync("2_reserve", migrations => migrations.AddReserveUniqueValues("2_reserve"));

        (await again.Should().ThrowAsync<MigrationFailedException>()).Which.InnerException!.Message
            .Should().Contain("1 value").And.ContainAny("'tenant-2/c' and 'tenant-2/d'", "'tenant-2/d' and 'tenant-2/c'")
            .And.NotContainAny("tenant-1", "ada", "bob");
        (await Store.FindByAsync(user => user.UserName, "ada", ReadConsistency.Strong, within: "tenant-1"))!.Id.Should().Be("a");
        (await Store.FindByAsync(user => user.UserName, "ada", ReadConsistency.Strong, within: "tenant-2"))!.Id.Should().Be("b");
    }

    private Task<PutItemResponse> PutAsync(string tenant, string id, string userName) => Server.Client.PutItemAsync(UsersTable, new()
    {
        ["pk"] = new(tenant),
        ["sk"] = new(id),
        ["kind"] = new(Member.Kind),
        ["user_name"] = new(userName),
        ["points"] = new() { N = "1" },
        ["created"] = new("2026-01-01T00:00:00.0000000Z"),
    });
}
