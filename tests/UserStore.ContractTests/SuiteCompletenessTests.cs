using UserStore.ContractTests.Suites;

namespace UserStore.ContractTests;

public sealed class SuiteCompletenessTests
{
    private static readonly string[] Stores = ["InMemory", "DynamoDb", "FaultyWire"];

    private static readonly Type[] AllSuites = [.. typeof(Contract).Assembly.GetTypes().Where(
        type => type.IsAbstract && type.BaseType == typeof(Contract))];

    public static TheoryData<Type> Suites => [.. AllSuites];

    [Theory]
    [MemberData(nameof(Suites))]
    public void Every_suite_runs_on_every_store(Type suite)
    {
        string name = suite.Name.Replace("Contract", "", StringComparison.Ordinal);

        suite.Assembly.GetTypes().Where(type => type.BaseType == suite && !type.IsAbstract).Select(type => type.Name)
            .Should().BeEquivalentTo(Stores.Select(store => $"{store}{name}Tests"));
    }

    [Fact]
    public void There_are_suites() => AllSuites.Should().HaveCountGreaterThan(5);
}
