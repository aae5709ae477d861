using System.Linq.Expressions;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A table with a key of two parts, of a program that puts whole items and queries those of one user.</summary>
public sealed class PurchaseTableTests : InterleavedTest<Purchase, PurchaseProgram>
{
    [Fact]
    public async Task The_program_queries_what_the_store_creates_for_a_user()
    {
        Purchase created = await Store.CreateAsync(new Purchase { UserId = "456", Name = "A" });

        (await Program.QueryAsync("456")).Should().ContainSingle().Which.Should().BeEquivalentTo(Known(created));
        (await Program.QueryAsync("123")).Should().HaveCount(3);
    }

    // A [Revision] distinguishes them.
    [Fact]
    public async Task A_version_without_a_revision_and_a_time_of_creation_does_not_distinguish_a_user_from_a_recreated_one()
    {
        Purchase read = await Store.UpdateAsync(Key(1), Rename("A"));
        await Program.PutAsync(1, "B");
        await Store.UpdateAsync(Key(1), Rename("C"));

        await Store.UpdateAsync(WithName(read, "D"));

        await ShouldAgreeAsync(1, "D");
    }

    protected override PurchaseProgram Program => field ??= new(Server.Client, Table);

    protected override Expression<Func<Purchase, string?>> Name => purchase => purchase.Name;

    protected override IReadOnlyList<UserQuery<Purchase>> Queries =>
    [
        UserQuery<Purchase>.OfPartition("123"),
        UserQuery<Purchase>.OfPartition("123") with { SortKey = SortKeyCondition.Between("order-1", "order-3") },
    ];

    protected override Purchase NewUser(int number, string name = "Fake") => new() { UserId = "123", OrderId = $"order-{number}", Name = name };

    protected override Purchase WithName(Purchase user, string name)
        => new() { UserId = user.UserId, OrderId = user.OrderId, Name = name, Version = user.Version };

    protected override UserKey Key(int number) => UserKey.Of("123", $"order-{number}");

    protected override IReadOnlyDictionary<string, object> Known(Purchase user) => new Dictionary<string, object>
    {
        ["userId"] = user.UserId,
        ["orderId"] = user.OrderId,
        ["name"] = user.Name!,
    };
}
