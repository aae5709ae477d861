using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Paging;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads pages through the SDK's context, one request each.</summary>
internal abstract class DynamoDbPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, byte[] fingerprint, int? limit)
    : UserPager<TUser>(table.QueryInput.Tokens, fingerprint, limit)
    where TUser : User
{
    // The SDK accepts any JSON as a key and fails in many ways on what is not one.
    protected void ThrowUnlessStartKey(string? position, MappedIndex? index)
    {
        if (position is not null && !IsStartKey(position, index))
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

    private bool IsStartKey(string position, MappedIndex? index)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(position);
            return json.RootElement.ValueKind == JsonValueKind.Object && table.Schema.Users.StartKeyOf(index).All(key =>
                json.RootElement.TryGetProperty(key.AttributeName, out JsonElement value)
                && value.ValueKind == JsonValueKind.Object
                && value.TryGetProperty(key.AttributeType.Value, out JsonElement content)
                && content.ValueKind == JsonValueKind.String);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
