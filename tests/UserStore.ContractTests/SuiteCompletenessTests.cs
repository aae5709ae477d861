using UserStore.ContractTests.Suites;
using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests;

public sealed class SuiteCompletenessTests
{
    private static readonly string[] Stores = ["InMemory", "DynamoDb", "FaultyWire"];

    private static readonly Type[] AllSuites = [.. typeof(Contract).Assembly.GetTypes().Where(
        type => type.IsAbstract && type.IsSubclassOf(typeof(Contract)) && !type.IsGenericType)];

    private static readonly Type[] UserTypes = [typeof(User), typeof(Account), typeof(Member), typeof(Visitor), typeof(Subscriber)];

    public static TheoryData<Type> Suites => [.. AllSuites];

    [Theory]
    [MemberData(nameof(Suites))]
    public void Every_suite_runs_on_every_store(Type suite)
    {
        string name = suite.Name.Replace("Contract", "", StringComparison.Ordinal);

        suite.Assembly.GetTypes().Where(type => type.BaseType == suite && !type.IsAbstract).Select(type => type.Name)
            .Should().BeEquivalentTo(Stores.Select(store => $"{store}{name}Tests"));
    }

    [Theory]
    [InlineData(typeof(UserTypeContract<>))]
    [InlineData(typeof(VersionedTypeContract<>), typeof(Visitor))]
    public void The_suites_of_user_types_run_for_every_type_on_every_store(Type suite, params Type[] except)
    {
        string name = suite.Name[..^"Contract`1".Length];

        typeof(Contract).Assembly.GetTypes()
            .Where(type => type.BaseType is { IsGenericType: true } closed && closed.GetGenericTypeDefinition() == suite)
            .Select(type => (type.Name, User: type.BaseType!.GetGenericArguments()[0]))
            .Should().BeEquivalentTo(UserTypes.Except(except).SelectMany(user => Stores.Select(
                store => ($"{store}{user.Name}{(name == "UserType" ? "Type" : name)}Tests", user))));
    }

    [Fact]
    public void There_are_suites() => AllSuites.Should().HaveCountGreaterThan(5);
}
