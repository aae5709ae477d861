using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb.Items;
using UserStore.Privacy;

namespace UserStore.ServerTests.Privacy;

/// <summary>A process that ends at any request of an erasure: whoever erases again completes it.</summary>
public sealed class ErasureCrashTests : PrivacyTest
{
    private const int MaxRequests = 40;

    public static TheoryData<string, bool> Cuts => EachTwice(
        ["replicated", "restricted", "with more items than a transaction has", "expired", "absent"]);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task An_erasure_that_ended_at_any_request_is_completed_by_the_next_one(string user, bool isRequestApplied)
    {
        await CreateReplicatedAsync(NewPerson("other"));
        await PutPoisonAsync("other", 0);
        List<string> others = await OthersAsync();
        int number = 0;

        int cuts = await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            string id = $"gone-{++number}";
            await PrepareAsync(user, id, number);
            using var process = new CancellationTokenSource();
            CutAt(request, isRequestApplied, process.CancelAsync);
            bool wasCut = false;
            try
            {
                await Privacy.EraseAsync(id, process.Token);
            }
            catch (OperationCanceledException) when (process.IsCancellationRequested)
            {
                wasCut = true;
            }

            Wire.Clear();
            await ShouldBeErasedAsync(await OtherPrivacy.EraseAsync(id), others);
            return wasCut;
        });

        cuts.Should().BeGreaterThan(7, "an erasure reads the tombstone, the user and each place, and writes");
    }

    [Fact]
    public async Task An_erasure_is_one_transaction_where_everything_fits_into_it()
    {
        await PrepareAsync("replicated", "gone-1", 1);
        Wire.Clear();

        await Privacy.EraseAsync("gone-1");

        Sent().Where(operation => operation is "TransactWriteItems" or "DeleteItem" or "PutItem" or "UpdateItem").Should().ContainSingle();
    }

    [Fact]
    public async Task Values_that_another_program_added_beyond_those_of_a_transaction_are_erased()
    {
        List<string> others = await OthersAsync();
        await Users.CreateAsync(NewPerson("gone-1"));
        await Server.Client.UpdateItemAsync(new()
        {
            TableName = Table,
            Key = new() { ["user_id"] = new("gone-1") },
            UpdateExpression = "SET #roles = :roles",
            ExpressionAttributeNames = new() { ["#roles"] = "roles" },
            ExpressionAttributeValues = new() { [":roles"] = new() { SS = [.. Enumerable.Range(0, 230).Select(role => $"role-{role}")] } },
        });
        await RepairAsync();
        (await ScanAsync(ReservationsTable)).Should().HaveCountGreaterThan(230);

        await ShouldBeErasedAsync(await Privacy.EraseAsync("gone-1"), others);
    }

    [Fact]
    public async Task A_user_whose_item_is_full_is_erased_as_soon_as_other_writers_pause()
    {
        await Users.CreateAsync(NewPerson("gone-1"));
        List<string> others = await OthersAsync();
        Dictionary<string, AttributeValue> item = (await ScanAsync(Table)).Single();
        item["filling"] = new AttributeValue(new string('x', (int)(ItemRules.MaxItemBytes - ItemRules.SizeOf(item)) - "filling".Length - 10));
        await Server.Client.PutItemAsync(Table, item);
        int attempts = 0;
        Wire.BeforeRequest = request => request.Operation == "TransactWriteItems" && ++attempts <= 5
            ? Server.Client.UpdateItemAsync(new()
            {
                TableName = Table,
                Key = new() { ["user_id"] = new("gone-1") },
                UpdateExpression = "ADD version :one",
                ExpressionAttributeValues = new() { [":one"] = new() { N = "1" } },
            })
            : Task.CompletedTask;

        UserErasureReceipt receipt = await Privacy.EraseAsync("gone-1");

        attempts.Should().Be(6, "no attempt could restrict the user");
        await ShouldBeErasedAsync(receipt, others);
    }

    private async Task PrepareAsync(string user, string id, int number)
    {
        if (user != "absent")
        {
            Person created = NewPerson(id, roles: user.StartsWith("with more", StringComparison.Ordinal) ? 86 : 2);
            await CreateReplicatedAsync(created with { ExpiresAt = user == "expired" ? Clock.GetUtcNow().AddSeconds(5) : null });
        }

        for (int entry = 0; entry < 8; entry++)
            await PutPoisonAsync(id, 8 * number + entry);
        if (user == "restricted")
            await OtherPrivacy.RestrictAsync(id);
        if (user == "expired")
            Clock.Advance(TimeSpan.FromSeconds(5));
    }

    private async Task RepairAsync()
        => await Others.GetRequiredService<IUniqueValueAudit<Person>>()
            .RepairAsync().ReadAllAsync();
}
