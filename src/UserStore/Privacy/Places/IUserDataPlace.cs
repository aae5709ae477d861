using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;

namespace UserStore.Privacy.Places;

/// <summary>A place where data of users is stored: some tables, of which it knows which items belong to which user.</summary>
internal interface IUserDataPlace
{
    /// <summary>Gets a value indicating whether nothing is stored of a user between <see cref="FindAsync"/> and a transaction with the conditions that it
    /// returned.</summary>
    bool IsChecked { get; }

    /// <summary>Reads consistently what the place stores of a user.</summary>
    Task<HeldData> FindAsync(StoreCall call, UserKey key);

    /// <summary>Reads consistently everything that the place stores, page by page.</summary>
    /// <param name="begin">Begins a call for each page.</param>
    IAsyncEnumerable<IReadOnlyList<OwnedItem>> ScanAsync(Func<StoreCall> begin);
}

/// <summary>What a place stores of one user.</summary>
/// <param name="Items">The items.</param>
/// <param name="Checks">The conditions that it stores nothing else.</param>
internal sealed record HeldData(IReadOnlyList<HeldItem> Items, params IReadOnlyList<TransactWriteItem> Checks);

/// <summary>An item with data of a user.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="TableName">Its table.</param>
/// <param name="Key">Its key.</param>
/// <param name="Item">All its attributes.</param>
/// <param name="Delete">Deletes it, unless it was changed; null if it cannot be deleted.</param>
internal sealed record HeldItem(
    UserDataKind Kind,
    string TableName,
    Dictionary<string, AttributeValue> Key,
    Dictionary<string, AttributeValue> Item,
    Delete? Delete)
{
    /// <summary>Gets the attributes that it lacks because the data key of their values is erased.</summary>
    public IReadOnlyList<string> ErasedAttributes { get; init; } = [];

    public UserRemnant ToRemnant(string userHash)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            AttributeJson.WriteItem(writer, Key);
        return new UserRemnant(userHash, Kind, TableName, Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}

/// <summary>An item with the users to whom it may belong.</summary>
/// <param name="Item">The item.</param>
/// <param name="Owners">The keys of the users as strings.</param>
internal readonly record struct OwnedItem(HeldItem Item, params IReadOnlyList<string> Owners);
