using Amazon.DynamoDBv2.DataModel;
using static UserStore.Tests.Modeling.UnstorableTypes;

namespace UserStore.Tests.Modeling;

/// <summary>Types with a unique value that violates one rule each.</summary>
public static class UnstorableUniqueValues
{
    private const string Table = "Things";

    [DynamoDBTable(Table)]
    public class UniqueNumber : Plain
    {
        [Unique("badge")]
        public int Badge { get; set; }
    }

    [DynamoDBTable(Table)]
    public class UniqueList : Plain
    {
        [Unique("names")]
        public List<string>? Names { get; set; }
    }

    [DynamoDBTable(Table)]
    public class IndexedNumber : Plain
    {
        [Indexed("level")]
        public int Level { get; set; }
    }

    [DynamoDBTable(Table)]
    public class UniqueAndIndexed : Plain
    {
        [Unique("login")]
        [Indexed("role")]
        public HashSet<string>? Roles { get; set; }
    }

    [DynamoDBTable(Table)]
    public class UniqueKey
    {
        [DynamoDBHashKey]
        [Unique("id")]
        public string? Id { get; set; }
    }

    [DynamoDBTable(Table)]
    public class UniqueIgnored : Plain
    {
        [Unique("handle")]
        [DynamoDBIgnore]
        public string? Handle { get; set; }
    }

    [DynamoDBTable(Table)]
    public class SameUniqueName : Plain
    {
        [Unique("name")]
        public string? First { get; set; }

        [Unique("name")]
        public string? Second { get; set; }
    }

    [DynamoDBTable(Table)]
    public class EmptyUniqueName : Plain
    {
        [Unique("")]
        public string? Handle { get; set; }
    }

    [DynamoDBTable(Table)]
    public class LongUniqueName : Plain
    {
        [Unique("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
        public string? Handle { get; set; }
    }

    [DynamoDBTable(Table)]
    public class UndefinedNormalization : Plain
    {
        [Unique("handle", Normalization = (UniqueValueNormalization)99)]
        public string? Handle { get; set; }
    }

    [DynamoDBTable(Table)]
    public class IgnoredScope : Plain
    {
        [Unique("handle", Within = nameof(Team))]
        public string? Handle { get; set; }

        [DynamoDBIgnore]
        public string? Team { get; set; }
    }

    [DynamoDBTable(Table)]
    public class MissingScope : Plain
    {
        [Unique("handle", Within = "Club")]
        public string? Handle { get; set; }
    }

    [DynamoDBTable(Table)]
    public class BooleanScope : Plain
    {
        [Unique("handle", Within = nameof(IsGuest))]
        public string? Handle { get; set; }

        public bool IsGuest { get; set; }
    }

    [DynamoDBTable(Table)]
    public class DefaultUnique : Plain
    {
        [Unique("handle")]
        public string Handle { get; set; } = "anonymous";
    }

    [DynamoDBTable(Table)]
    public class MaintainedScope : Plain
    {
        [Unique("handle", Within = nameof(Version))]
        public string? Handle { get; set; }

        [DynamoDBVersion]
        public long? Version { get; set; }
    }
}
