using System.Net;
using System.Text.Json;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Amazon.DynamoDBv2.Model.Internal.MarshallTransformations;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Users.Generated;
using UserStore.Mapping;
using UserStore.Modeling;

namespace UserStore.Generators.Tests.Damage;

/// <summary>Reads responses with users in two ways: by the SDK and its context, and by the generated mapping.</summary>
internal sealed class ResponseReaders<TUser>
    where TUser : class
{
    private readonly UserItems<TUser> _byContext;
    private readonly UserItems<TUser> _byMapping;
    private readonly JsonOperations<TUser> _operations;

    public ResponseReaders()
    {
        var options = new UserStoreOptions();
        Model = UserModel.For<TUser>(options);
        IDynamoDBContext context = UserContext.CreateForMapping(options, Model);
        GeneratedMapping<TUser> mapping = GeneratedMappings.Find<TUser>() ?? throw new InvalidOperationException($"No mapping of {typeof(TUser).Name}.");
        _byContext = new UserItems<TUser>(() => context, Model, ResponseBodies.Table);
        _byMapping = new UserItems<TUser>(() => context, Model, ResponseBodies.Table, mapping);
        _operations = new JsonOperations<TUser>(mapping, Model, ResponseBodies.Table);
    }

    public UserModel Model { get; }

    /// <summary>Gets how much memory the generated mapping allocated to read the last response, without what the context did.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Gets the names of all attributes that are read.</summary>
    public HashSet<string> Attributes => [.. Model.Attributes, .. Model.WriteIds, Model.BirthId];

    /// <summary>Returns the item of a user; null if the context does not map it.</summary>
    public Dictionary<string, AttributeValue>? ToItem(TUser user)
    {
        try
        {
            return _byContext.ToItem(user);
        }
        catch (InvalidUserException)
        {
            return null;
        }
    }

    public ReadResponse ByContext(ResponseKind kind, byte[] body) => Catch(() => kind switch
    {
        ResponseKind.Get => UsersIn(_byContext, [((GetItemResponse)Unmarshall(GetItemResponseUnmarshaller.Instance, body)).Item]),
        ResponseKind.Update => UsersIn(_byContext, [((UpdateItemResponse)Unmarshall(UpdateItemResponseUnmarshaller.Instance, body)).Attributes]),
        ResponseKind.Page => PageIn((QueryResponse)Unmarshall(QueryResponseUnmarshaller.Instance, body)),
        ResponseKind.Batch => BatchIn((BatchGetItemResponse)Unmarshall(BatchGetItemResponseUnmarshaller.Instance, body)),
        _ => Refusal(PutItemResponseUnmarshaller.Instance, _byContext, body),
    });

    /// <param name="kind">The kind of the response.</param>
    /// <param name="body">The body.</param>
    /// <param name="length">The length that the headers state, if it is another one.</param>
    public ReadResponse ByMapping(ResponseKind kind, byte[] body, long? length = null) => Catch(() => kind switch
    {
        ResponseKind.Get => UsersIn([ReadBy(_operations.Get, body, length)]),
        ResponseKind.Update => UsersIn([ReadBy(_operations.Update, body, length)]),
        ResponseKind.Page => PageIn(ReadBy(_operations.Query, body, length)),
        ResponseKind.Batch => BatchIn(ReadBy(_operations.Batch, body, length)),
        _ => Refusal(_operations.Put.Unmarshaller, _byMapping, body),
    });

    private static ReadResponse Catch(Func<ReadResponse> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure)
        {
            return ReadResponse.Failed(failure);
        }
    }

    private static AmazonWebServiceResponse Unmarshall(ResponseUnmarshaller unmarshaller, byte[] body, long? length = null)
    {
        using UnmarshallerContext context = unmarshaller.CreateContext(
            new ResponseData(HttpStatusCode.OK, length ?? body.Length), readEntireResponse: false, new MemoryStream(body), null, isException: false, null);
        return unmarshaller.UnmarshallResponse(context);
    }

    private TResult? ReadBy<TResult>(JsonOperation<TResult> operation, byte[] body, long? length)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return ((MappedResponse<TResult>)Unmarshall(operation.Unmarshaller, body, length)).Result;
        }
        finally
        {
            AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }
    }

    // The SDK reads the errors of either mapping.
    private ReadResponse Refusal(ResponseUnmarshaller unmarshaller, UserItems<TUser> items, byte[] body)
    {
        AllocatedBytes = 0;
        using UnmarshallerContext context = unmarshaller.CreateContext(
            new ResponseData(HttpStatusCode.BadRequest, body.Length), readEntireResponse: false, new MemoryStream(body), null, isException: true, null);
        AmazonServiceException refusal;
        try
        {
            refusal = unmarshaller.UnmarshallException(context, new IOException(), HttpStatusCode.BadRequest);
        }
        catch (Exception damaged)
        {
            throw new AmazonUnmarshallingException("", "", "", damaged, HttpStatusCode.BadRequest); // as the SDK's pipeline does
        }

        return UsersIn(items, [(refusal as ConditionalCheckFailedException)?.Item]);
    }

    private ReadResponse UsersIn(UserItems<TUser> items, IEnumerable<Dictionary<string, AttributeValue>?> read)
        => new([.. read.OfType<Dictionary<string, AttributeValue>>().Where(item => new StoredUser(item, Model).IsUser).Select(item => FromItem(items, item))]);

    private ReadResponse PageIn(QueryResponse page)
        => UsersIn(_byContext, page.Items ?? []) with { Next = page.LastEvaluatedKey is { Count: > 0 } next ? next : null };

    private ReadResponse BatchIn(BatchGetItemResponse batch) => UsersIn(_byContext, batch.Responses?.GetValueOrDefault(ResponseBodies.Table) ?? []) with
    {
        Unprocessed = batch.UnprocessedKeys?.GetValueOrDefault(ResponseBodies.Table)?.Keys,
    };

    private ReadResponse UsersIn(IEnumerable<ReadItem<TUser>> read) => new([.. read.Where(item => item.User is not null || item.Item is not null)
        .Where(item => item.User is not null || new StoredUser(item.Item, Model).IsUser)
        .Select(item => item.User ?? FromItem(_byContext, item.Item!))]);

    private ReadResponse UsersIn(ReadItems<TUser> read)
    {
        List<ReadItem<TUser>> items = [.. (read.Users ?? []).Select(user => new ReadItem<TUser>(user, null, null))];
        foreach ((int position, Dictionary<string, AttributeValue> item) in Enumerable.Reverse(read.Unmapped ?? []))
            items.Insert(position, new ReadItem<TUser>(null, null, item));
        return UsersIn(items);
    }

    private ReadResponse PageIn(ReadItems<TUser> page) => UsersIn(page) with
    {
        Next = page.Next is null ? null : AttributeJson.ReadItem(JsonDocument.Parse(page.Next, new() { MaxDepth = 200 }).RootElement),
    };

    private ReadResponse BatchIn(ReadBatch<TUser> batch) => UsersIn(batch.Items ?? []) with
    {
        Unprocessed = batch.Unprocessed is { } keys ? [.. keys.EnumerateArray().Select(AttributeJson.ReadItem)] : null,
    };

    private TUser? FromItem(UserItems<TUser> items, Dictionary<string, AttributeValue> item)
    {
        try
        {
            return items.FromItem(new StoredUser(item, Model));
        }
        catch (UserStoreSchemaException)
        {
            return null;
        }
    }
}
