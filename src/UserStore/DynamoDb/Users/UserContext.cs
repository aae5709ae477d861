using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.Runtime;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Users;

/// <summary>Creates the SDK's context as the store needs it.</summary>
internal static class UserContext
{
    public static DynamoDBContext Create(IAmazonDynamoDB client, StoreSchema schema)
    {
        DynamoDBContext context = Create(client, schema.Options, schema.Model.Properties);
        context.RegisterTableDefinition(schema.ToSdkTable(client));
        return context;
    }

    /// <summary>Creates a context that only maps users: it requires a client, but sends no request.</summary>
    public static DynamoDBContext CreateForMapping(UserStoreOptions options, UserModel model)
    {
        var client = new AmazonDynamoDBClient(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1);
        DynamoDBContext context = Create(client, options, model.Properties);
        context.RegisterTableDefinition(new StoreSchema(model, options).ToSdkTable(client));
        return context;
    }

    /// <summary>Creates a context that only maps items: it requires a client, but sends no request.</summary>
    public static DynamoDBContext CreateForMapping(UserStoreOptions options, IEnumerable<MappedProperty> properties)
        => Create(new AmazonDynamoDBClient(new AnonymousAWSCredentials(), Amazon.RegionEndpoint.USEast1), options, properties);

    // The SDK creates the lists and sets of a document by reflection, which neither the trimmer nor the native compiler detects.
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(List<string>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(HashSet<string>))]
    private static DynamoDBContext Create(IAmazonDynamoDB client, UserStoreOptions options, IEnumerable<MappedProperty> properties)
    {
        DynamoDBContext context = new DynamoDBContextBuilder()
            .WithDynamoDBClient(() => client)
            .ConfigureContext(config =>
            {
                config.TableNamePrefix = options.TableNamePrefix.Length == 0 ? null : options.TableNamePrefix;
                config.Conversion = DynamoDBEntryConversion.V2; // lists stay lists, booleans stay booleans
                config.IsEmptyStringValueEnabled = true;
                config.RetrieveDateTimeInUtc = true;
                config.DisableFetchingTableMetadata = true;
            })
            .Build();
        var instants = new InstantConverter();
        context.ConverterCache.Add(typeof(DateTimeOffset), instants);
        context.ConverterCache.Add(typeof(DateTimeOffset?), instants);
        var strings = new StringListConverter();
        foreach (Type list in StorableTypes.StringLists)
            context.ConverterCache.Add(list, strings);
        foreach (MappedProperty property in properties.Where(property => property.IsNullableEnum))
            context.ConverterCache[property.PropertyType] = new NullableEnumConverter(property.ValueType, property.IsEnumMap);
        return context;
    }
}
