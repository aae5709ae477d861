using System.Diagnostics;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>Measures one request with its retries, as a span and as metrics.</summary>
internal sealed class RequestMeasurement : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly Activity? _activity;
    private TagList _tags;
    private List<string>? _capacity;
    private int _retries;

    private RequestMeasurement(string operation, NamedTable[] tables, int? batchSize, TimeProvider time)
    {
        (_time, _started, _tags) = (time, time.GetTimestamp(), TagsOf(operation, tables));
        if (batchSize is { } size)
            Instruments.BatchSize.Record(size, _tags);

        string name = tables is [var only] ? $"{operation} {only.TableName}" : operation;
        _activity = Instruments.Source.StartActivity(name, ActivityKind.Client, parentContext: default, _tags);
        if (_activity is not { IsAllDataRequested: true })
            return;
        _activity.SetTag("aws.dynamodb.table_names", Array.ConvertAll(tables, each => each.TableName));
        if (batchSize > 1) // the conventions do not call one item a batch
            _activity.SetTag("db.operation.batch.size", batchSize);
    }

    /// <summary>Starts to measure a request, unless there is no listener.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables that it needs.</param>
    /// <param name="batchSize">The number of items, if it is a batch.</param>
    /// <param name="time">The clock.</param>
    /// <remarks>Call it in an asynchronous method only, so that the span does not become the current one of the caller.</remarks>
    public static RequestMeasurement? Start(string operation, NamedTable[] tables, int? batchSize, TimeProvider time)
        => Instruments.AreUsed ? new RequestMeasurement(operation, tables, batchSize, time) : null;

    /// <summary>Records that a part of a batch was left unprocessed.</summary>
    public static void LeftUnprocessed(string operation, NamedTable table)
    {
        if (Instruments.Throttles.Enabled)
            Instruments.Throttles.Add(1, TagsOf(operation, [table]));
    }

    /// <summary>Records that an unprocessed part, or a write that another one overtook, is sent as a request of its own.</summary>
    public static void SendingAgain(string operation, NamedTable[] tables)
    {
        if (Instruments.Retries.Enabled)
            Instruments.Retries.Add(1, TagsOf(operation, tables));
    }

    /// <summary>Records a retry.</summary>
    public void Retrying()
    {
        _retries++;
        Instruments.Retries.Add(1, _tags);
    }

    public void Throttled() => Instruments.Throttles.Add(1, _tags);

    public void Consumed(IEnumerable<ConsumedCapacity> capacity)
    {
        foreach (ConsumedCapacity table in capacity)
        {
            double units = table.CapacityUnits ?? 0;
            Instruments.ConsumedCapacity.Add(units, _tags);
            if (_activity is { IsAllDataRequested: true })
                (_capacity ??= []).Add(FormattableString.Invariant($$"""{"TableName":"{{table.TableName}}","CapacityUnits":{{units}}}"""));
        }
    }

    /// <summary>Records why the request was not applied.</summary>
    public void Failed(Exception failure)
    {
        AmazonServiceException? response = failure as AmazonServiceException ?? failure.InnerException as AmazonServiceException;
        string type = response?.ErrorCode ?? failure.GetType().FullName!;
        _tags.Add("error.type", type);
        if (response?.ErrorCode is { } status)
            _tags.Add("db.response.status_code", status);
        _activity?.SetTag("error.type", type);
        _activity?.SetTag("db.response.status_code", response?.ErrorCode);
        _activity?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Ends the measurement.</summary>
    public void Dispose()
    {
        Instruments.Duration.Record(_time.GetElapsedTime(_started).TotalSeconds, _tags);
        if (_capacity is not null)
            _activity?.SetTag("aws.dynamodb.consumed_capacity", _capacity.ToArray());
        if (_retries > 0)
            _activity?.SetTag("userstore.retries", _retries);
        _activity?.Dispose();
    }

    private static TagList TagsOf(string operation, NamedTable[] tables)
    {
        var tags = new TagList { { "db.system.name", "aws.dynamodb" }, { "db.operation.name", operation } };
        if (tables is [var table]) // the conventions name a collection only where there is one
            tags.Add("db.collection.name", table.TableName);
        return tags;
    }
}
