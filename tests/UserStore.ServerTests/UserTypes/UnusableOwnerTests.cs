using Amazon.DynamoDBv2.Model;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>Reservations with owners that no user can be, such as those from before the type of the key changed.</summary>
public sealed class UnusableOwnerTests() : TypedServerTest<Visitor>(UserKinds.Visitor)
{
    public static TheoryData<string> Owners => ["abc", "007", "", "99999999999999999999", "1:1"];

    [Theory]
    [MemberData(nameof(Owners))]
    public async Task Such_a_reservation_does_not_block_its_value(string owner)
    {
        await ReserveAsync(owner);
        (await Store.FindByAsync(Kind.Unique, Kind.UniqueValue(1), ReadConsistency.Strong)).Should().BeNull();

        Visitor created = await Store.CreateAsync(Kind.New(1));

        (await Store.FindByAsync(Kind.Unique, Kind.UniqueValue(1), ReadConsistency.Strong)).Should().BeEquivalentTo(created);
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public async Task The_audit_reports_and_deletes_it(string owner)
    {
        await ReserveAsync(owner);

        IEnumerable<UniqueValueFinding> found = await FindingsAsync();
        IEnumerable<UniqueValueFinding> repaired = await FindingsAsync(repair: true);

        found.Should().Equal(new UniqueValueFinding(UniqueValueProblem.ReservationWithoutOwner, nameof(Visitor.Badge), Kind.UniqueValue(1), default));
        repaired.Should().Equal(found.Single() with { IsRepaired = true });
        (await ScanAsync(Reservations)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public async Task The_audit_reserves_the_value_for_the_user_that_has_it(string owner)
    {
        await Store.CreateAsync(Kind.New(1));
        await ReserveAsync(owner);

        (await FindingsAsync(repair: true)).Should().Contain(finding => finding.Problem == UniqueValueProblem.UserWithoutReservation && finding.IsRepaired);

        (await FindingsAsync()).Should().BeEmpty();
        (await Store.FindByAsync(Kind.Unique, Kind.UniqueValue(1), ReadConsistency.Strong)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_reservation_without_an_owner_is_free()
    {
        await Client.PutItemAsync(Reservations, new() { ["reservation"] = new AttributeValue(Reservation) });

        await Store.CreateAsync(Kind.New(1));

        (await FindingsAsync()).Should().BeEmpty();
    }

    private string Reservation => $"5:badge0:{Kind.UniqueValue(1).Length}:{Kind.UniqueValue(1)}";

    private Task ReserveAsync(string owner) => Client.PutItemAsync(
        Reservations, new() { ["reservation"] = new AttributeValue(Reservation), ["owner"] = new AttributeValue(owner) });
}
