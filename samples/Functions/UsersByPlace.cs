using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace Functions;

/// <summary>Reads the target table, which follows the source with the delay of the replication.</summary>
public sealed class UsersByPlace(IAmazonDynamoDB client, string tableNamePrefix)
{
    private readonly DynamoDBContext _context = new DynamoDBContextBuilder()
        .WithDynamoDBClient(() => client)
        .ConfigureContext(config =>
        {
            config.TableNamePrefix = tableNamePrefix.Length == 0 ? null : tableNamePrefix;
            config.Conversion = DynamoDBEntryConversion.V2;
            config.DisableFetchingTableMetadata = true;
        })
        .Build();

    /// <summary>Returns the users of a state, ordered by city. Costs one request for each page of 1 MB.</summary>
    public IAsyncEnumerable<UserByPlace> FindAsync(string state, CancellationToken cancellationToken = default)
        => ReadAsync(_context.QueryAsync<UserByPlace>(state), cancellationToken);

    /// <summary>Returns the users of a city. Costs one request for each page of 1 MB.</summary>
    public IAsyncEnumerable<UserByPlace> FindAsync(string state, string city, CancellationToken cancellationToken = default)
        => ReadAsync(_context.QueryAsync<UserByPlace>(state, QueryOperator.BeginsWith, [UserByPlace.BeginOf(city)]), cancellationToken);

    private static async IAsyncEnumerable<UserByPlace> ReadAsync(
        IAsyncSearch<UserByPlace> search, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!search.IsDone)
        {
            foreach (UserByPlace user in await search.GetNextSetAsync(cancellationToken))
                yield return user;
        }
    }
}
