using UserStore.Privacy;

namespace UserStore.ContractTests.Suites;

/// <summary>A verification proves nothing by a receipt of another store, and says so.</summary>
public abstract class ReceiptContract : Contract
{
    private readonly StoreFactory _stores;
    private IUserPrivacy<User> _privacy = null!;

    protected ReceiptContract(StoreFactory stores)
        : base(stores)
    {
        _stores = stores;
        _stores.HashKey = [.. Enumerable.Repeat((byte)7, 32)];
    }

    public override async Task InitializeAsync() => _privacy = _stores.PrivacyOf(await CreateStoreAsync());

    [Fact]
    public async Task A_receipt_of_a_table_with_another_name_is_one_of_this_store_if_it_has_the_tombstone()
    {
        UserErasureReceipt receipt = await _privacy.EraseAsync("1");

        (await RemnantsAsync(receipt with { TableName = "before-the-restore" })).Should().BeEmpty();
    }

    [Fact]
    public async Task Receipts_of_other_stores_and_other_hash_keys_are_refused()
    {
        UserErasureReceipt receipt = await _privacy.EraseAsync("1");

        string unknown = $"{receipt.UserHash[..^4]}{(receipt.UserHash.EndsWith("0000", StringComparison.Ordinal) ? "1111" : "0000")}";
        Func<Task> otherTable = () => RemnantsAsync(receipt, receipt with { TableName = "other", UserHash = unknown });
        await otherTable.Should().ThrowAsync<ArgumentException>().WithMessage("*'other'*");
        Func<Task> otherKey = () => RemnantsAsync(receipt with { UserHash = $"00000000{receipt.UserHash[8..]}" });
        await otherKey.Should().ThrowAsync<ArgumentException>().WithMessage("*another UserStoreOptions.Privacy.HashKey*");
        string[] noHashes = ["", "xx", $"{receipt.UserHash} ", receipt.UserHash.ToUpperInvariant()];
        noHashes.Should().AllSatisfy(hash => _privacy.Invoking(each => each.VerifyErasedAsync([receipt, receipt with { UserHash = hash }]))
            .Should().Throw<ArgumentException>().WithMessage($"A receipt has the user hash '{hash}'*"));
    }

    private Task<List<UserRemnant>> RemnantsAsync(params UserErasureReceipt[] receipts) => _privacy.VerifyErasedAsync(receipts).ReadAllAsync();
}
