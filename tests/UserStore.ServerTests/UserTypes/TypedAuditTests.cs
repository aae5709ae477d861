using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>The audit of unique values of users with keys of every kind, in a table that other items share.</summary>
public abstract class TypedAuditTests<TUser>(UserKind<TUser> kind) : TypedServerTest<TUser>(kind)
    where TUser : class
{
    private UniqueValueFinding Finding(UniqueValueProblem problem, UserKey key, int value, UserKey? other = null)
        => new(problem, Schema.Model.Resolve(Kind.Unique).Name, Kind.UniqueValue(value), key, other);

    [Fact]
    public async Task Missing_orphaned_and_contested_reservations_are_reported_and_repaired_by_key()
    {
        await CreateManyAsync(4);
        await SetAsync(2, Kind.UniqueValue(1)); // leaves its own reservation behind
        await SetAsync(3, Kind.UniqueValue(33));
        await Server.Client.DeleteItemAsync(UsersTable, KeyModel.ToItem(Key(4)));
        UniqueValueFinding[] expected =
        [
            Finding(UniqueValueProblem.DuplicateValue, Key(2), 1, Key(1)),
            Finding(UniqueValueProblem.ReservationWithoutOwner, Key(2), 2),
            Finding(UniqueValueProblem.UserWithoutReservation, Key(3), 33),
            Finding(UniqueValueProblem.ReservationWithoutOwner, Key(3), 3),
            Finding(UniqueValueProblem.ReservationWithoutOwner, Key(4), 4),
        ];
        string unique = Schema.Model.Resolve(Kind.Unique).Name;

        (await FindingsAsync()).Where(finding => finding.PropertyName == unique).Should().BeEquivalentTo(expected);
        (await FindingsAsync(repair: true)).Where(finding => finding.PropertyName == unique).Should().BeEquivalentTo(
            expected.Select(finding => finding with { IsRepaired = finding.OtherKey is null }));

        (await FindingsAsync()).Should().Equal(expected[0]);
        Kind.KeyOf((await Store.FindByAsync(Kind.Unique, Kind.UniqueValue(33), ReadConsistency.Strong))!).Should().Be(Key(3));
        await Store.DeleteAsync(Key(2));
        (await FindingsAsync()).Should().BeEmpty();
    }

    private Task SetAsync(int number, string value) => Server.Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = UsersTable,
        Key = KeyModel.ToItem(Key(number)),
        UpdateExpression = "SET #unique = :value",
        ExpressionAttributeNames = new() { ["#unique"] = AttributeOf(Kind.Unique) },
        ExpressionAttributeValues = new() { [":value"] = new(value) },
    });
}

public sealed class AccountUniqueValueAuditTests() : TypedAuditTests<Account>(UserKinds.Account);

public sealed class SubscriberUniqueValueAuditTests() : TypedAuditTests<Subscriber>(UserKinds.Subscriber);

public sealed class VisitorUniqueValueAuditTests() : TypedAuditTests<Visitor>(UserKinds.Visitor);

public sealed class MemberUniqueValueAuditTests() : TypedAuditTests<Member>(UserKinds.Member)
{
    [Fact]
    public async Task An_item_of_another_kind_owns_no_value_whatever_its_attributes_are()
    {
        await CreateManyAsync(3);
        Dictionary<string, AttributeValue> other = (await PutOtherKindAsync(likeNumber: 1, number: 50))!;
        other["email"] = new AttributeValue("other@example.test");
        other["user_name"] = new AttributeValue("other");
        await Server.Client.PutItemAsync(UsersTable, other);
        (await FindingsAsync(repair: true)).Should().BeEmpty("nothing is reserved for it, and nothing has to be");
        await PutOtherKindAsync(likeNumber: 3, number: 3); // which is no user any more, although it has the values

        (await FindingsAsync(repair: true)).Should().BeEquivalentTo(
        [
            new UniqueValueFinding(UniqueValueProblem.ReservationWithoutOwner, "Email", "fake.member.3@example.test", Key(3), IsRepaired: true),
            new UniqueValueFinding(UniqueValueProblem.ReservationWithoutOwner, "UserName", "fake-3", Key(3), IsRepaired: true),
        ]);

        (await ReadAsync(Key(3)))["kind"].S.Should().Be("group");
        await Store.CreateAsync(Kind.New(5) with { Email = "fake.member.3@example.test", UserName = "fake-3" });
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_that_another_program_moves_to_another_scope_reserves_its_name_there()
    {
        await Store.CreateAsync(Kind.New(1) with { Tenant = "a", Id = "1", UserName = "ada" });
        await Store.CreateAsync(Kind.New(2) with { Tenant = "b", Id = "2", UserName = "ada" });
        await Store.CreateAsync(Kind.New(3) with { Tenant = "b", Id = "3", UserName = "bob" });
        Dictionary<string, AttributeValue> moved = new(await ReadAsync(UserKey.Of("b", "3"))) { ["pk"] = new("a") };
        await Server.Client.DeleteItemAsync(UsersTable, KeyModel.ToItem(UserKey.Of("b", "3")));
        await Server.Client.PutItemAsync(UsersTable, moved);

        List<UniqueValueFinding> findings = await FindingsAsync(repair: true);

        findings.Should().OnlyContain(finding => finding.IsRepaired && finding.OtherKey == null).And.HaveCount(3);
        findings.Where(finding => finding.PropertyName == "UserName").Select(finding => (finding.Problem, finding.Key)).Should().BeEquivalentTo(
        [
            (UniqueValueProblem.UserWithoutReservation, UserKey.Of("a", "3")),
            (UniqueValueProblem.ReservationWithoutOwner, UserKey.Of("b", "3")),
        ]);
        (await Store.FindByAsync(user => user.UserName, "bob", ReadConsistency.Strong, within: "a"))!.Id.Should().Be("3");
        (await Store.FindByAsync(user => user.UserName, "bob", ReadConsistency.Strong, within: "b")).Should().BeNull();
        (await FindingsAsync()).Should().BeEmpty();
    }
}
