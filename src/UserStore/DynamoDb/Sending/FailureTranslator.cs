using System.Globalization;
using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>Translates the SDK's exceptions into those of the store.</summary>
internal sealed class FailureTranslator(IAmazonDynamoDB client)
{
    /// <summary>Returns the store's exception for a request that failed.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables of the request.</param>
    /// <param name="failure">The exception of the last attempt, for which <see cref="RequestFailure.IsOfRequest"/> is true.</param>
    /// <param name="elapsed">How long the call has been running.</param>
    /// <param name="explainInvalid">Finds the reason why DynamoDB rejected the request as invalid, if the tables match their definitions.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async Task<UserStoreException> TranslateAsync(
        string operation,
        NamedTable[] tables,
        Exception failure,
        TimeSpan elapsed,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid,
        CancellationToken cancellationToken)
    {
        UserStoreException translated = await TranslateAsync(
            $"{operation} on {NamesOf(tables)}", tables, failure, explainInvalid, elapsed, cancellationToken).ConfigureAwait(false);
        translated.SetRequest(operation, [.. tables.Select(table => table.TableName)]);
        return translated;
    }

    /// <summary>Returns where requests are sent to, without user name, password and path. If the client does not say, the message is less precise, but
    /// still names the operation and the tables.</summary>
    public string Endpoint() => RequestEndpoint.Find(client) ?? "DynamoDB";

    private async Task<UserStoreException> TranslateAsync(
        string subject,
        NamedTable[] tables,
        Exception failure,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid,
        TimeSpan elapsed,
        CancellationToken cancellationToken)
    {
        if (failure is ResourceNotFoundException)
        {
            return await FindDifferenceAsync(subject, tables, failure, cancellationToken).ConfigureAwait(false)
                ?? (UserStoreException)new UserStoreUnavailableException(
                    $"{subject} found no table or index, but they exist now. Retry the call.", failure);
        }

        // The service reports a missing index, and keys that differ, as an invalid request.
        if (RequestFailure.IsInvalid(failure) && failure is AmazonDynamoDBException invalid)
        {
            return await FindDifferenceAsync(subject, tables, failure, cancellationToken).ConfigureAwait(false)
                ?? (explainInvalid is null
                    ? new InvalidUserException("Item", "was rejected by DynamoDB; the inner exception contains the reason", failure)
                    : await explainInvalid(invalid).ConfigureAwait(false));
        }

        string attempts = $"attempts continued for {elapsed.ToString(@"hh\:mm\:ss\.f", CultureInfo.InvariantCulture)}";
        if (RequestFailure.IsThrottle(failure))
        {
            return new UserStoreThrottledException(
                $"{subject} was throttled. Retry later, or give the table more capacity; {attempts}.", failure);
        }

        if (RequestFailure.IsReplicationConflict(failure))
            return new UserStoreUnavailableException($"{subject} conflicted with a write in another Region. Retry later; {attempts}.", failure);
        if (RequestFailure.IsConflict(failure))
            return new UserStoreUnavailableException($"{subject} conflicted with a running transaction. Retry later; {attempts}.", failure);
        if (RequestFailure.IsTransient(failure))
        {
            string problem = failure switch
            {
                AmazonServiceException { StatusCode: not 0, ErrorCode: { } code } => $" failed in DynamoDB ({code}). Retry later; ",
                AmazonServiceException { StatusCode: not (0 or HttpStatusCode.OK) and var status } =>
                    $": HTTP {(int)status} was received from {Endpoint()}, but no response of DynamoDB. Check the endpoint, and proxies before it; ",
                _ => $": no usable response was received from {Endpoint()}. Check that the server runs and that region, endpoint and network are right; ",
            };
            return new UserStoreUnavailableException($"{subject}{problem}{attempts}.", failure);
        }

        string refusal = failure switch
        {
            _ when RequestFailure.IsUnknownOperation(failure) =>
                $" is not supported by {Endpoint()}. Use DynamoDB or another server, or do not set the option that requires it.",
            AmazonServiceException denied =>
                $" was rejected ({denied.ErrorCode}). Check the caller's permissions, region and credentials, and the clock of this host.",
            _ => " could not be sent. Check region, endpoint and credentials.",
        };
        return new UserStoreUnavailableException(subject + refusal, failure, isTransient: false);
    }

    private static string NamesOf(NamedTable[] tables)
        => $"table{(tables.Length == 1 ? "" : "s")} {string.Join(" and ", tables.Select(table => $"'{table.TableName}'"))}";

    // The server's message names no table, so each table is described once, and only after a failure.
    private async Task<UserStoreSchemaException?> FindDifferenceAsync(
        string subject, NamedTable[] tables, Exception cause, CancellationToken cancellationToken)
    {
        bool isTransaction = subject.StartsWith("Transact", StringComparison.Ordinal);
        foreach (NamedTable table in tables)
        {
            try
            {
                DescribeTableResponse response = await client.DescribeTableAsync(table.TableName, cancellationToken).ConfigureAwait(false);
                if (isTransaction && response.Table.MultiRegionConsistency == MultiRegionConsistency.STRONG)
                    return TableDifference.OfTransactions(table.TableName, (table as TableSchema)?.Transactions, cause);
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
                // Without permission to describe the table, nothing more is known than the first response.
                return cause is not ResourceNotFoundException ? null : new UserStoreSchemaException(
                    table.TableName,
                    null,
                    "does not exist, or one of its indexes or another table of the store does not. "
                        + "Run EnsureTablesAsync, or correct the names in UserStoreOptions.",
                    cause);
            }
        }

        return null;
    }
}
