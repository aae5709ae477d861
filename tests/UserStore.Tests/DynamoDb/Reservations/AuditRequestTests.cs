using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.Migrations.Running;
using UserStore.Testing;
using UserStore.TestKit;

namespace UserStore.Tests.DynamoDb.Reservations;

/// <summary>What the audit reads and writes for one user and one reservation.</summary>
public sealed class AuditRequestTests
{
    private const string Email = "fake@example.test";

    private readonly FakeClock _clock = new();
    private readonly Dictionary<string, AttributeValue> _user = new()
    {
        ["user_id"] = new("fake-1"),
        ["email"] = new(Email),
        ["version"] = new() { N = "1" },
    };

    private readonly Dictionary<string, AttributeValue> _reservation = StoredReservations.ToItem(Email, "fake-1");
    private readonly List<TransactWriteItemsRequest> _written = [];
    private readonly List<TransactGetItemsRequest> _snapshots = [];
    private bool _isReserved = true;

    [Fact]
    public async Task A_reservation_whose_owner_has_the_value_is_consistent()
    {
        (await FindAsync(repair: false)).Should().BeEmpty();
        _snapshots.Should().BeEmpty("both pages were consistent");
    }

    [Fact]
    public async Task A_user_without_a_reservation_is_confirmed_by_a_snapshot_of_both_and_reserved()
    {
        _isReserved = false;

        (await FindAsync(repair: false)).Should().ContainSingle().Which.Should().Be(
            new UniqueValueFinding(UniqueValueProblem.UserWithoutReservation, "Email", Email, "fake-1"));
        (await FindAsync(repair: true)).Should().ContainSingle().Which.IsRepaired.Should().BeTrue();

        foreach (TransactGetItemsRequest snapshot in _snapshots)
        {
            snapshot.TransactItems.Select(item => item.Get.TableName).Should().Equal("Users", "UserReservations");
            snapshot.TransactItems.Select(item => item.Get.Key.Values.Single().S).Should().Equal("fake-1", StoredReservations.KeyOf(Email)["reservation"].S);
        }

        _snapshots.Should().HaveCountGreaterThan(1);
        TransactWriteItemsRequest written = _written.Should().ContainSingle().Which;
        written.TransactItems[0].ConditionCheck.Key["user_id"].S.Should().Be("fake-1");
        written.TransactItems[1].Put.Item.Should().BeEquivalentTo(_reservation);
    }

    [Theory]
    [InlineData("another value")]
    [InlineData("no value")]
    [InlineData("expired")]
    public async Task A_reservation_whose_owner_does_not_hold_the_value_is_withdrawn(string owner)
    {
        if (owner == "another value")
            _reservation["reservation"] = StoredReservations.KeyOf("other@example.test")["reservation"];
        else if (owner == "no value")
            _user.Remove("email");
        else
            _user["expires_at"] = new AttributeValue { N = $"{_clock.GetUtcNow().ToUnixTimeSeconds()}" };

        UniqueValueFinding[] findings = await FindAsync(repair: true);

        findings.Should().ContainSingle(finding => finding.Problem == UniqueValueProblem.ReservationWithoutOwner).Which.IsRepaired.Should().BeTrue();
        TransactWriteItemsRequest written = _written.Should().ContainSingle(request => request.TransactItems[0].Delete != null).Which;
        written.TransactItems[0].Delete.Key.Should().BeEquivalentTo(StoredReservations.KeyOf(owner == "another value" ? "other@example.test" : Email));
        (written.TransactItems[1].Delete is not null).Should().Be(owner == "expired", "an expired owner that has the value is deleted");
        (written.TransactItems[1].Delete?.Key ?? written.TransactItems[1].ConditionCheck.Key)["user_id"].S.Should().Be("fake-1");
    }

    private async Task<UniqueValueFinding[]> FindAsync(bool repair)
    {
        using var client = new DelegatingClient((request, _) => Task.FromResult(Respond(request)));
        var audit = new DynamoDbUniqueValueAudit<User>(client, new UserStoreOptions(), _clock);
        List<UniqueValueAuditPage> pages = await (repair ? audit.RepairAsync() : audit.CheckAsync()).ReadAllAsync();
        return [.. pages.SelectMany(page => page.Findings)];
    }

    private AmazonWebServiceResponse Respond(AmazonWebServiceRequest request)
    {
        Dictionary<string, AttributeValue>? reservation = _isReserved ? _reservation : null;
        switch (request)
        {
            case ScanRequest { TableName: "Users" }:
                return new ScanResponse { Items = [_user] };
            case ScanRequest:
                return new ScanResponse { Items = reservation is null ? [] : [reservation] };
            case BatchGetItemRequest batch:
                return new BatchGetItemResponse
                {
                    Responses = batch.RequestItems.ToDictionary(
                        table => table.Key, table => table.Key == "Users" ? [_user] : Matching(table.Value.Keys, reservation)),
                };
            case TransactGetItemsRequest snapshot:
                _snapshots.Add(snapshot);
                return new TransactGetItemsResponse { Responses = [new ItemResponse { Item = _user }, new ItemResponse { Item = reservation }] };
            case GetItemRequest { TableName: "Users" }:
                return new GetItemResponse { Item = _user };
            case QueryRequest:
                return new QueryResponse { Items = [] };
            case TransactWriteItemsRequest write:
                _written.Add(write);
                return new TransactWriteItemsResponse();
            default:
                throw new NotSupportedException(request.GetType().Name);
        }
    }

    private static List<Dictionary<string, AttributeValue>> Matching(
        List<Dictionary<string, AttributeValue>> keys, Dictionary<string, AttributeValue>? reservation)
        => reservation is not null && keys.Exists(key => key["reservation"].S == reservation["reservation"].S) ? [reservation] : [];
}
