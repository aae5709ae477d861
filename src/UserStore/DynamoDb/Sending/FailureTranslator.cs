using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>Turns the SDK's failures into the store's.</summary>
internal sealed class FailureTranslator(IAmazonDynamoDB client, Type userType)
{
    public async Task<UserStoreException> TranslateAsync(
        string operation,
        NamedTable[] tables,
        Exception failure,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal,
        CancellationToken cancellationToken)
    {
        string subject = $"{operation} on {NamesOf(tables)}";
        if (failure is ResourceNotFoundException)
        {
            return await FindDifferenceAsync(tables, failure, cancellationToken).ConfigureAwait(false)
                ?? (UserStoreException)new UserStoreUnavailableException(
                    $"{subject} found no table or index, which exist by now.", failure);
        }

        // The service reports a missing index, and keys that do not fit, as an invalid request.
        if (RequestFailure.IsInvalid(failure) && failure is AmazonDynamoDBException invalid)
        {
            return await FindDifferenceAsync(tables, failure, cancellationToken).ConfigureAwait(false)
                ?? (explainRefusal is null
                    ? new InvalidUserException("Item", "was refused by DynamoDB; the inner exception says why", failure)
                    : await explainRefusal(invalid).ConfigureAwait(false));
        }

        if (RequestFailure.IsThrottle(failure))
        {
            return new UserStoreThrottledException(
                $"{subject} was throttled. Try again later, or give the table more capacity.", failure);
        }

        if (RequestFailure.IsConflict(failure))
            return new UserStoreUnavailableException($"{subject} met a running transaction. Try again.", failure);
        if (RequestFailure.IsTransient(failure))
            return new UserStoreUnavailableException($"{subject} got no usable answer.", failure);
        return failure switch
        {
            AmazonServiceException refusal => new UserStoreUnavailableException(
                $"{subject} was refused ({refusal.ErrorCode}). Check the caller's permissions, region and credentials.",
                failure,
                isTransient: false),

            AmazonClientException => new UserStoreUnavailableException(
                $"{subject} could not be sent. Check region, endpoint and credentials.", failure, isTransient: false),

            _ when RequestFailure.IsUnreadable(failure) => Unreadable(tables[0], failure),

            _ => new UserStoreUnavailableException($"{subject} failed.", failure, isTransient: false),
        };
    }

    public UserStoreSchemaException Unreadable(NamedTable table, Exception failure) => new(
        table.TableName,
        null,
        $"holds an item that cannot be read as {userType.Name}. Correct the item; the inner exception tells what does not fit.",
        failure);

    private static string NamesOf(NamedTable[] tables)
        => $"table{(tables.Length == 1 ? "" : "s")} {string.Join(" and ", tables.Select(table => $"'{table.TableName}'"))}";

    // The server's message names no table, so this asks for each table once, and only after a failure.
    private async Task<UserStoreSchemaException?> FindDifferenceAsync(
        NamedTable[] tables, Exception cause, CancellationToken cancellationToken)
    {
        foreach (NamedTable table in tables)
        {
            try
            {
                DescribeTableResponse response = await client.DescribeTableAsync(table.TableName, cancellationToken).ConfigureAwait(false);
                if (table.Difference(response.Table, cause) is { } difference)
                    return difference;
            }
            catch (ResourceNotFoundException)
            {
                return new UserStoreSchemaException(
                    table.TableName,
                    null,
                    "does not exist. Run EnsureTablesAsync, or correct the name, prefix, region or endpoint in UserStoreOptions.",
                    cause);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Without permission to describe the table, the first answer is all there is to tell.
                return cause is not ResourceNotFoundException ? null : new UserStoreSchemaException(
                    table.TableName,
                    null,
                    "does not exist, or an index of it or another table of the store does not. "
                        + "Run EnsureTablesAsync, or correct the names in UserStoreOptions.",
                    cause);
            }
        }

        return null;
    }
}
