using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.DynamoDb;

/// <summary>Makes the SDK's context as the store needs it.</summary>
internal static class UserContext
{
    /// <summary>Makes a context that maps users and sends nothing: it needs a client, which nobody asks for anything.</summary>
    public static DynamoDBContext CreateForMapping(StoreSchema schema)
        => Create(new AmazonDynamoDBClient(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1), schema);

    public static DynamoDBContext Create(IAmazonDynamoDB client, StoreSchema schema)
    {
        DynamoDBContext context = new DynamoDBContextBuilder()
            .WithDynamoDBClient(() => client)
            .ConfigureContext(config =>
            {
                config.TableNamePrefix = schema.Options.TableNamePrefix.Length == 0 ? null : schema.Options.TableNamePrefix;
                config.Conversion = DynamoDBEntryConversion.V2; // lists stay lists, booleans stay booleans
                config.IsEmptyStringValueEnabled = true;
                config.RetrieveDateTimeInUtc = true;
                config.DisableFetchingTableMetadata = true;
            })
            .Build();
        var instants = new InstantConverter();
        context.ConverterCache.Add(typeof(DateTimeOffset), instants);
        context.ConverterCache.Add(typeof(DateTimeOffset?), instants);
        var texts = new StringListConverter();
        foreach (Type list in StorableTypes.TextLists)
            context.ConverterCache.Add(list, texts);
        foreach (UserProperty property in schema.Model.Properties.Where(property => property.IsNullableEnum))
            context.ConverterCache[property.PropertyType] = new NullableEnumConverter(property.ValueType);
        context.RegisterTableDefinition(schema.ToSdkTable(client));
        return context;
    }
}
