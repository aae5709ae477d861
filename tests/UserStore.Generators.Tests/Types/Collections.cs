using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Generators.Tests.Types;

/// <summary>Lists, sets and dictionaries of every kind of element.</summary>
[DynamoDBTable("Collections")]
[GenerateUserMapping]
public sealed class Collections
{
    [DynamoDBHashKey]
    public string? Id { get; set; }

    public List<string>? Strings { get; set; } = ["default"];

    public List<string?>? MaybeStrings { get; set; }

    public List<int>? Numbers { get; set; }

    public List<int?>? MaybeNumbers { get; set; }

    public List<byte>? SmallNumbers { get; set; }

    public List<decimal>? Decimals { get; set; }

    public List<bool>? Flags { get; set; }

    public List<char>? Chars { get; set; }

    public List<Guid>? Guids { get; set; }

    public List<DateTime>? Dates { get; set; }

    public List<DateOnly>? Days { get; set; }

    public List<TimeOnly?>? Times { get; set; }

    public List<Level>? Levels { get; set; }

    public List<Level?>? MaybeLevels { get; set; }

    public List<byte[]>? Binaries { get; set; }

    public string[]? StringArray { get; set; }

    public double[]? DoubleArray { get; set; }

    public long?[]? MaybeLongArray { get; set; }

    public byte[][]? BinaryArray { get; set; }

    public sbyte[]? SignedArray { get; set; }

    public HashSet<string>? StringSet { get; set; } = ["default"];

    public HashSet<int>? NumberSet { get; set; }

    public HashSet<double>? DoubleSet { get; set; }

    public HashSet<decimal>? DecimalSet { get; set; }

    public HashSet<Guid>? GuidSet { get; set; }

    public HashSet<char>? CharSet { get; set; }

    public HashSet<DateTime>? DateSet { get; set; }

    public HashSet<DateOnly>? DaySet { get; set; }

    public HashSet<int?>? MaybeNumberSet { get; set; }

    public HashSet<Level>? LevelSet { get; set; }

    public HashSet<byte[]>? BinarySet { get; set; }

    public SortedSet<string>? SortedStrings { get; set; }

    public SortedSet<long>? SortedNumbers { get; set; }

    public Dictionary<string, string?>? Texts { get; set; }

    public Dictionary<string, int>? Counts { get; set; }

    public Dictionary<string, double?>? Weights { get; set; }

    public SortedDictionary<string, bool>? Switches { get; set; }

    public Dictionary<string, List<int>>? ListsByKey { get; set; }

    public Dictionary<string, HashSet<string>>? SetsByKey { get; set; }

    public List<HashSet<int>>? Sets { get; set; }

    public List<List<string>>? Lists { get; set; }

    public List<Dictionary<string, Guid?>>? Maps { get; set; }

    public Dictionary<string, Dictionary<string, string>>? MapsByKey { get; set; }

    public IReadOnlyList<string> Tags { get; set; } = [];

    public ValueList<string>? Groups { get; set; }

    public IReadOnlyCollection<string>? Readable { get; set; }

    public IEnumerable<string>? Enumerable { get; set; }
}
