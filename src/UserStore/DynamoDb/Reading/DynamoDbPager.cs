using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads pages through the SDK's context, one request each.</summary>
internal abstract class DynamoDbPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, byte[] fingerprint, int? limit)
    : UserPager<TUser>(table.QueryInput.Tokens, fingerprint, limit)
    where TUser : User
{
    // The SDK accepts any JSON as a key and fails in many ways on what is not one.
    protected void ThrowUnlessStartKey(string? position, PreparedQuery? query)
    {
        if (position is not null && !IsStartKey(position, query))
            throw new InvalidContinuationTokenException("holds no key from which to continue");
    }

    protected static async Task<(IReadOnlyList<TUser> Users, string? Position)> ReadNextAsync(
        IAsyncSearch<TUser> search, CancellationToken cancellationToken)
    {
        List<TUser> users = await search.GetNextSetAsync(cancellationToken).ConfigureAwait(false);
        users.ForEach(static user => UserItems<TUser>.AsRead(user));
        return (users, search.IsDone ? null : search.PaginationToken);
    }

    /// <summary>Returns the exception for a request that DynamoDB calls invalid: with a position, the token is to blame.</summary>
    protected Task<UserStoreException> ExplainInvalidAsync(string operation, string? position, AmazonDynamoDBException failure)
        => Task.FromResult<UserStoreException>(position is null
            ? new UserStoreUnavailableException(
                $"{operation} on table '{table.TableName}' was rejected by DynamoDB; the inner exception contains the reason.", failure, isTransient: false)
            : new InvalidContinuationTokenException("was rejected by DynamoDB", failure));

    private bool IsStartKey(string position, PreparedQuery? query)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(position);
            KeyAttribute[] keys = [.. table.Schema.Users.StartKeyOf(query?.Index).DistinctBy(key => key.AttributeName)];
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.EnumerateObject().Count() == keys.Length
                && keys.All(key => json.RootElement.TryGetProperty(key.AttributeName, out JsonElement value)
                    && IsKeyValue(value, key, key.AttributeName == query?.Index.PartitionKey.AttributeName ? query.PartitionKey : null));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException) // the latter for an unpaired surrogate
        {
            return false;
        }
    }

    private static bool IsKeyValue(JsonElement value, KeyAttribute key, StoredScalar? expected)
    {
        string type = key.AttributeType.Value;
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() != 1
            || !value.TryGetProperty(type, out JsonElement content) || content.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        var scalar = new StoredScalar(type == "N" ? ScalarKind.Number : ScalarKind.String, content.GetString()!);
        return scalar.Text.Length > 0 && scalar.ViolatedRule() is null && expected?.SameAs(scalar) != false;
    }
}
